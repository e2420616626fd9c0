// One index, as a migration describes it, in the words of both engines.
import type { Index } from './engine.ts';

export const createIndexText = (
  { name, table, columns, where }: Index,
  how: 'at once' | 'concurrently',
): string =>
  [
    how === 'concurrently' ? 'create index concurrently' : 'create index',
    `${name} on ${table} (${columns.join(', ')})`,
    ...(where === undefined ? [] : [`where ${where}`]),
  ].join(' ');
