// Writes docs/errors/*.md and docs/verdicts.md from the core's tables; with --check it only compares.
import { readdirSync } from 'node:fs';
import { type Actor, isReasonCode, verdictTable } from '../src/core/index.ts';
import { errorIndex, errorPage } from '../src/http/error-pages.ts';
import { errorCodes } from '../src/http/problem.ts';
import { writeOrCompare } from './generated-file.ts';

const folder = 'docs/errors';
const publicUrl = 'https://mailgrant.example.com';
const note = '<!-- Written by `npm run generate` from src/core. -->\n';

const actors = {
  mailbox_owner: 'the mailbox owner',
  mail_administrator: 'the mail administrator',
  workspace: 'the workspace',
  operator: 'the operator',
  nobody: 'nobody: wait',
} as const satisfies Record<Actor, string>;

const verdictRows = Object.keys(verdictTable)
  .filter(isReasonCode)
  .map((code) => {
    const { sentence, remedy, actor, healsItself } = verdictTable[code];
    return `| \`${code}\` | ${sentence} | ${remedy} | ${actors[actor]} | ${healsItself ? 'yes' : 'no'} |`;
  });

const verdicts = `# Verdicts

Why a mailbox, a connect session or an OAuth client does not work: a reason code in the words that the API and
the pages use.

| code | what is the matter | what to do | who acts | heals by itself |
|---|---|---|---|---|
${verdictRows.join('\n')}
`;

const pages = new Map([
  ['docs/verdicts.md', verdicts],
  [`${folder}/README.md`, errorIndex((code) => `${code}.md`)],
  ...errorCodes.map((code) => [`${folder}/${code}.md`, errorPage(code, publicUrl)] as const),
]);

let exitCode = 0;
for (const [path, text] of pages) exitCode = Math.max(exitCode, writeOrCompare(path, note + text));
for (const name of readdirSync(folder)) {
  if (pages.has(`${folder}/${name}`)) continue;
  console.error(`${folder}/${name} belongs to no error code: remove it`);
  exitCode = 1;
}
process.exitCode = exitCode;
