// Ids of the population by index, in the form of UUIDs of version 7, so that nobody has to keep a list of them.

const idOf = (kind: string, index: number): string =>
  `019b00${kind}-0000-7000-8000-${index.toString(16).padStart(12, '0')}`;

export const mailboxIdOf = (index: number): string => idOf('b0', index);
export const grantIdOf = (index: number): string => idOf('c0', index);
