// Numbers as people here write them.
const form = new Intl.NumberFormat('en');

export const numberOf = (value: number): string => form.format(value);

/** `1 mailbox`, `2 mailboxes`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${numberOf(value)} ${value === 1 ? one : many}`;
