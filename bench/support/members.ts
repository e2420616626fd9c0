// Reads values that came from another process or a database: checked, because a bench that reads a missing number as
// nothing would report nonsense with a straight face.

export function memberAt(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw new Error(`no object that could hold "${name}"`);
  return Reflect.get(value, name);
}

export function numberAt(value: unknown, name: string): number {
  const member = memberAt(value, name);
  // PostgreSQL's client hands 64-bit integers over as text.
  const number = typeof member === 'string' && member !== '' ? Number(member) : member;
  if (typeof number === 'number' && !Number.isNaN(number)) return number;
  throw new Error(`"${name}" is no number: ${String(member)}`);
}

export function textAt(value: unknown, name: string): string {
  const member = memberAt(value, name);
  if (typeof member === 'string') return member;
  throw new Error(`"${name}" is no text: ${String(member)}`);
}

export function listAt(value: unknown, name: string): unknown[] {
  const member = memberAt(value, name);
  if (Array.isArray(member)) return member;
  throw new Error(`"${name}" is no list: ${String(member)}`);
}

/** The members of an object that are numbers, by name. */
export function numbersOf(value: unknown): Record<string, number> {
  if (typeof value !== 'object' || value === null) throw new Error('no object of numbers');
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
