// Writes docs/field-failures.md from the sandbox's field cases and the core's verdicts; with --check it only compares.
import { readFileSync } from 'node:fs';
import {
  type FieldCase,
  fieldCases,
  ownCases,
  rowOf,
  type SaidCase,
  saidCases,
} from '../sandbox/field-cases/index.ts';
import { type Actor, isReasonCode, verdictOf } from '../src/core/index.ts';
import { providerPages } from '../src/core/provider-pages.ts';
import { writeOrCompare } from './generated-file.ts';

const actors = {
  mailbox_owner: 'mailbox owner',
  mail_administrator: 'mail administrator',
  workspace: 'workspace',
  operator: 'operator',
  nobody: 'nobody: wait',
} as const satisfies Record<Actor, string>;

const places = {
  refresh: 'token endpoint, at a refresh',
  code: 'token endpoint, at the exchange of the code',
  mint: 'token endpoint, without a person',
  callback: 'callback',
  page: "the provider's own page",
  imap: 'IMAP',
  smtp: 'SMTP',
  gmail_api: 'Gmail API',
  graph: 'Graph',
} as const satisfies Record<SaidCase['said'], string>;

const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\r\n', ' ');
const quoted = (text: string): string => `\`${cell(text).replaceAll('&lt;', '<').replaceAll('`', "'")}\``;

const repliesMax = 200;

/** The telling part of a reply: descriptions without the ids that end them, and whole lines of mail servers. */
function replyOf(one: SaidCase): string {
  if (one.said === 'page') return quoted(one.page);
  if (one.said === 'callback')
    return quoted(`error=${one.parameters.error} ${said(one.parameters.error_description)}`);
  if ('replies' in one) return one.replies.map(short).map(quoted).join(' ');
  const { status, body } = one.reply;
  const { error, error_description, suberror, error_subtype } = fieldsOf(body);
  if (typeof error === 'string') {
    const words = [error, suberror ?? error_subtype, said(error_description)].filter(
      (part) => typeof part === 'string',
    );
    return quoted(short(`${status} ${words.join(' ')}`.trim()));
  }
  const { code, status: name, message } = fieldsOf(JSON.stringify(error ?? {}));
  return quoted(short([status, name ?? code, message].filter((part) => part !== undefined).join(' ')));
}

const short = (text: string): string => (text.length > repliesMax ? `${text.slice(0, repliesMax)}...` : text);

const said = (description: unknown): string | undefined =>
  typeof description === 'string' ? description.replace(/ Trace ID: .*$/, '') : undefined;

function fieldsOf(body: string): Record<string, unknown> {
  if (!body.startsWith('{')) return {};
  const value: unknown = JSON.parse(body);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function verdictCells(code: string): string {
  if (!isReasonCode(code)) throw new Error(`${code} is no reason code`);
  const { sentence, remedy, actor, healsItself } = verdictOf(code);
  return `${cell(sentence)} | ${cell(remedy)} | ${actors[actor]} | ${healsItself ? 'yes' : 'no'}`;
}

const saidRow = (one: SaidCase): string => {
  const later = one.later === undefined ? '' : `<br>\`${one.later.code}\` when ${cell(one.later.when)}`;
  return `| ${one.id} | ${cell(one.symptom)} | ${places[one.said]}: ${replyOf(one)} | \`${one.expect.code}\`${later} | ${verdictCells(one.expect.code)} |`;
};

const head = `| row | symptom | said | verdict | what is the matter | what to do | who acts | heals by itself |
|---|---|---|---|---|---|---|---|`;

const table = (title: string, rows: readonly SaidCase[]): string =>
  `## ${title}\n\n${head}\n${rows.map(saidRow).join('\n')}\n`;

const isNumber = (one: FieldCase): boolean => one.id.startsWith('AADSTS');
const number = ({ id }: FieldCase): number => Number(id.replace(/\D/g, ''));

const laterCodes = [...new Set(saidCases.flatMap(({ later }) => (later === undefined ? [] : [later.code])))];

const pageRows = (['google', 'microsoft'] as const).flatMap((provider) =>
  providerPages[provider].map(
    ({ says, reason }) =>
      `| ${provider === 'google' ? 'Google' : 'Microsoft'} | ${cell(says)} | \`${reason}\` | ${verdictCells(reason)} |`,
  ),
);

const ownRows = ownCases.map(({ id, symptom, guarantee, code, tests }) => {
  const files = tests.map(({ file, name }) => {
    if (!readFileSync(file, 'utf8').includes(name)) throw new Error(`${file} has no test "${name}"`);
    return `[${cell(name)}](../${file})`;
  });
  return `| ${id} | ${cell(symptom)} | ${cell(guarantee)} | ${code === undefined ? '' : `\`${code}\``} | ${files.join('<br>')} |`;
});

/** The errors that guides name first, in the words of those guides. */
const commonErrors = [
  ['Invalid redirect URI', 'redirect_uri_mismatch', ''],
  [
    'Invalid client secret',
    'client_secret_wrong',
    'One that has expired is told apart: `client_secret_expired`.',
  ],
  ['Repeated consent prompts', 'admin_consent_required', ''],
  [
    'The consent page appears every time (`prompt=consent`)',
    null,
    'Cannot arise at Microsoft: the parameter is never sent there, so consent that was given stays given. Google alone is asked with it, because it gives no refresh token otherwise.',
  ],
] as const;

const commonRows = commonErrors.map(([what, code, note]) => {
  if (code === null) return `| ${what} | | ${note} | |`;
  const { remedy, actor } = verdictOf(code);
  return `| ${what} | \`${code}\` | ${[cell(remedy), note].filter((part) => part !== '').join(' ')} | ${actors[actor]} |`;
});

const of = (letter: string): SaidCase[] =>
  saidCases.filter((one) => !isNumber(one) && one.id.startsWith(letter));
const rowCount = new Set(fieldCases.map(rowOf)).size;

const page = `<!-- Written by \`npm run generate\` from sandbox/field-cases and src/core. -->
# Failures from the field

What goes wrong in practice, and what becomes of it here: ${rowCount} rows. What a server says is replayed by the sandbox byte for byte
and met by the real adapters in \`test/field\`. Replies are shortened in this table. Rows with a G are Google's, those
with an M Microsoft's, those with an S are mistakes that only a program like this one can make. All verdicts are in
[verdicts.md](verdicts.md).

## The four errors that guides name first

| error | verdict | what to do | who acts |
|---|---|---|---|
${commonRows.join('\n')}

${table('Google', of('G'))}
${table('Microsoft', of('M'))}
### What only time tells

The adapter that meets a reply says what the reply says. In these cases the product waits or looks at the age of the
grant, and then says:

| verdict | what is the matter | what to do | who acts | heals by itself |
|---|---|---|---|---|
${laterCodes.map((code) => `| \`${code}\` | ${verdictCells(code)} |`).join('\n')}

## Messages on the provider's own page

They never lead back here, and the session expires. Whoever sees one finds its reason in this table.

| provider | the page says | verdict | what is the matter | what to do | who acts | heals by itself |
|---|---|---|---|---|---|---|
${pageRows.join('\n')}

## Guarantees of our own

| row | symptom elsewhere | what holds here | verdict | tests |
|---|---|---|---|---|
${ownRows.join('\n')}

${table(
  "Entra's error numbers",
  saidCases.filter(isNumber).toSorted((a, b) => number(a) - number(b)),
)}`;

process.exitCode = writeOrCompare('docs/field-failures.md', page);
