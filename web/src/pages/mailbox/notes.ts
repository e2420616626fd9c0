// The workspace's notes on a mailbox (`metadata`) as a list that can be edited: pairs of texts, at most 50.

export type Note = { key: number; name: string; value: string };

export const notesMax = 50;
export const nameMax = 64;
export const valueMax = 500;

let lastKey = 0;
export const emptyNote = (): Note => {
  lastKey += 1;
  return { key: lastKey, name: '', value: '' };
};

export const notesOf = (metadata: Record<string, string>): Note[] =>
  Object.entries(metadata).map(([name, value]) => ({ ...emptyNote(), name, value }));

/** Lines that were left empty are none. */
export const recordOf = (notes: readonly Note[]): Record<string, string> =>
  Object.fromEntries(notes.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]));

/** Why a line cannot be saved; null when it can. */
export function troubleOf({ key, name, value }: Note, all: readonly Note[]): string | null {
  if (name === '') return value === '' ? null : 'Give it a name.';
  return all.some((other) => other.key !== key && other.name === name) ? 'This name is there twice.' : null;
}
