// Which licences a package of Apache-2.0 may be passed on with. Knows SPDX expressions as npm packages use them.

/** Permissive ones, whose terms a notice fulfils. */
const compatible: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Unicode-3.0',
  'Unlicense',
  'Zlib',
];

/** `(MIT OR EUPL-1.1+)` is: one may choose. `MIT AND GPL-3.0` is not: both count. */
export function isCompatible(expression: string): boolean {
  const inner = expression.trim().replace(/^\((.*)\)$/, '$1');
  if (inner.includes('(')) return false;
  return inner
    .split(/\s+OR\s+/)
    .some((choice) => choice.split(/\s+AND\s+/).every((id) => compatible.includes(id.trim())));
}
