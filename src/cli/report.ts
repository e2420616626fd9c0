// What `mailgrant doctor` shows: an examination as the native API answers it, whoever made it, read as a list with
// what to do and who must act.

const signs: Readonly<Record<string, string>> = {
  passed: '✓',
  failed: '✗',
  skipped: '–',
  warned: '!',
  unknown: '?',
};

const actors: Readonly<Record<string, string>> = {
  mailbox_owner: 'the mailbox owner',
  mail_administrator: 'the administrator of the organisation',
  workspace: 'whoever manages this workspace',
  operator: 'whoever runs this server',
  nobody: 'nobody: wait',
};

/** The lines to read, and whether something passed and nothing failed. Throws for what is no examination. */
export function readReport(answer: unknown): { lines: string[]; isWell: boolean } {
  const steps = memberOf(answer, 'steps');
  if (!Array.isArray(steps)) throw new Error('The server answered with something that is no examination.');
  const items: readonly unknown[] = steps;
  const results = items.map((step) => memberOf(step, 'result'));
  const reconnectUrl = textOf(answer, 'reconnect_url');
  return {
    lines: [
      ...items.flatMap(linesOf),
      ...(reconnectUrl === null ? [] : ['', `Link for the mailbox owner: ${reconnectUrl}`]),
    ],
    isWell: results.includes('passed') && !results.includes('failed'),
  };
}

/** Who must act, in words. */
export const actorLine = (actor: string): string => `By: ${actors[actor] ?? actor}`;

function linesOf(step: unknown): string[] {
  const sign = signs[textOf(step, 'result') ?? ''] ?? '?';
  const title = textOf(step, 'title') ?? textOf(step, 'subject')?.replaceAll('_', ' ') ?? '';
  const verdict = memberOf(step, 'verdict');
  const actor = textOf(verdict, 'actor');
  const below = [
    textOf(verdict, 'sentence'),
    textOf(step, 'detail'),
    providerLine(memberOf(step, 'provider')),
    actor === null ? null : `To do: ${textOf(verdict, 'remedy') ?? ''}`,
    actor === null ? null : actorLine(actor),
  ];
  return [`${sign} ${title}`, ...below.filter((line) => line !== null).map((line) => `    ${line}`)];
}

function providerLine(words: unknown): string | null {
  const said = [textOf(words, 'error'), textOf(words, 'suberror'), textOf(words, 'description')];
  const ids = [
    ['trace id', textOf(words, 'trace_id')],
    ['correlation id', textOf(words, 'correlation_id')],
  ].flatMap(([name, id]) => (id === null ? [] : [`${name} ${id}`]));
  const parts = [...said.filter((text) => text !== null), ...ids];
  return parts.length === 0 ? null : `The provider says: ${parts.join(', ')}`;
}

/** Undefined for whatever has no such member. */
export const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** One line without control characters, which a provider's words could bring to a terminal; null for anything else. */
export function textOf(value: unknown, name: string): string | null {
  const member = memberOf(value, name);
  return typeof member === 'string' ? member.replaceAll(/\p{Cc}+/gu, ' ') : null;
}
