// Cuts the two programs out of the text of Instantly's guide, between the headings around them, and changes what a
// reader is told to change: API_BASE, API_KEY, and for Microsoft the provider in the URLs. Nothing else.

type Values = { apiBase: string; apiKey: string; provider: 'google' | 'microsoft' };

export type PrintedPrograms = Record<'Node.js' | 'Python', (values: Values) => string>;

/** Throws when the text has no such programs under "Complete examples". */
export function printedPrograms(guide: string): PrintedPrograms {
  const lines = guide.split(/\r?\n/).map((line) => line.trimEnd());
  const examples = indexOf(lines, (line) => line === 'Complete examples', 0);
  const node = indexOf(lines, (line) => line === "const fetch = require('node-fetch');", examples);
  const pythonHeading = indexOf(lines, (line) => line === 'Python', node);
  const python = indexOf(lines, (line) => line === 'import requests', pythonHeading);
  const main = indexOf(lines, (line) => line.startsWith('if __name__ =='), python);
  // The program's last block is indented; what follows is the guide's next heading.
  const after = lines.findIndex((line, place) => place > main && /^\S/.test(line));
  const programs = {
    'Node.js': lines.slice(node, pythonHeading).join('\n'),
    Python: lines.slice(python, after < 0 ? lines.length : after).join('\n'),
  };
  return {
    'Node.js': (values) => withValues(programs['Node.js'], values),
    Python: (values) => withValues(programs.Python, values),
  };
}

function indexOf(lines: readonly string[], isWanted: (line: string) => boolean, from: number): number {
  const place = lines.findIndex((line, index) => index >= from && isWanted(line));
  if (place < 0) throw new Error(`the guide has no line ${String(isWanted)} after line ${from + 1}`);
  return place;
}

function withValues(program: string, { apiBase, apiKey, provider }: Values): string {
  return `${program}\n`
    .replace(...assignment('API_KEY', apiKey))
    .replace(...assignment('API_BASE', apiBase))
    .replaceAll('/oauth/google/', `/oauth/${provider}/`);
}

const assignment = (name: string, value: string): [RegExp, string] => [
  new RegExp(`(?<=\\b${name} = )'[^']*'`),
  `'${value}'`,
];
