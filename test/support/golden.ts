// Golden files: the reply of one operation as its vendor documents it, compared field by field with ours. Texts
// in angle brackets stand for a kind of value, alternatives divided by `|`: integer, number, string, boolean, null,
// iso, url, object, array. A name that ends in `?` may be missing. `["<each>", X]` = any number of X.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const folder = new URL('../surfaces/golden/', import.meta.url);

/** `ours`: paths of members that the vendor does not have, such as `data.reason` or `items[].reason`. */
export type GoldenOptions = { ours?: readonly string[] };

/** Compares with `test/surfaces/golden/<surface>/<operation>.json`; every difference is one line. */
export function assertGolden(
  surface: string,
  operation: string,
  actual: unknown,
  { ours = [] }: GoldenOptions = {},
): void {
  const text = readFileSync(new URL(`${surface}/${operation}.json`, folder), 'utf8');
  const golden: unknown = JSON.parse(text);
  assert.deepEqual(
    differences(golden, actual, ours),
    [],
    `${surface}/${operation}: ${JSON.stringify(actual)}`,
  );
}

/** One line for each difference; none when the value is as the golden one says. */
export function differences(
  golden: unknown,
  actual: unknown,
  ours: readonly string[] = [],
  path = '',
): string[] {
  if (typeof golden === 'string' && placeholderForm.test(golden)) {
    const kinds = golden.slice(1, -1).split('|');
    return kinds.some((kind) => isKind(kind, actual)) ? [] : [`${at(path)} is no ${golden}`];
  }
  if (Array.isArray(golden)) return arrayDifferences(golden, actual, ours, path);
  if (isObject(golden)) return objectDifferences(golden, actual, ours, path);
  return Object.is(golden, actual)
    ? []
    : [`${at(path)} is ${JSON.stringify(actual)}, not ${JSON.stringify(golden)}`];
}

function arrayDifferences(
  golden: readonly unknown[],
  actual: unknown,
  ours: readonly string[],
  path: string,
): string[] {
  if (!Array.isArray(actual)) return [`${at(path)} is no array`];
  const items: unknown[] = actual;
  if (golden[0] === '<each>') {
    return items.flatMap((item) => differences(golden[1], item, ours, `${path}[]`));
  }
  if (items.length !== golden.length)
    return [`${at(path)} has ${items.length} elements, not ${golden.length}`];
  return golden.flatMap((item, index) => differences(item, items[index], ours, `${path}[]`));
}

function objectDifferences(
  golden: Record<string, unknown>,
  actual: unknown,
  ours: readonly string[],
  path: string,
): string[] {
  if (!isObject(actual)) return [`${at(path)} is no object`];
  const found: string[] = [];
  const known = new Set<string>();
  for (const [key, value] of Object.entries(golden)) {
    const name = key.replace(/\?$/, '');
    known.add(name);
    const member = path === '' ? name : `${path}.${name}`;
    if (Object.hasOwn(actual, name)) found.push(...differences(value, actual[name], ours, member));
    else if (name === key) found.push(`${member} is missing`);
  }
  for (const name of Object.keys(actual)) {
    const member = path === '' ? name : `${path}.${name}`;
    if (!known.has(name) && !ours.includes(member)) found.push(`${member} is not the vendor's`);
  }
  return found;
}

const placeholderForm = /^<[a-z|]+>$/;
const isoForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function isKind(kind: string, value: unknown): boolean {
  switch (kind) {
    case 'integer':
      return Number.isInteger(value);
    case 'number':
    case 'string':
    case 'boolean':
      return typeof value === kind;
    case 'null':
      return value === null;
    case 'iso':
      return typeof value === 'string' && isoForm.test(value);
    case 'url':
      return typeof value === 'string' && URL.canParse(value);
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    default:
      throw new Error(`a golden file names the unknown kind ${kind}`);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (path: string): string => (path === '' ? 'the reply' : path);
