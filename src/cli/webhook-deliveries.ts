// Verbs of `mailgrant webhooks` about deliveries: what was sent, what came of it, and once more.
import type { Api } from './api.ts';
import { exitCodes, type Input, UsageError, type Verb } from './command.ts';
import { type Column, member, printList, printThing, say, sayJson, shown } from './output.ts';
import { memberOf, textOf } from './report.ts';
import { timeOption } from './time-option.ts';
import { at, deliveriesPath, endpointsPath, verb } from './webhook-verb.ts';

const deliveryStatuses = ['pending', 'delivered', 'failed', 'cancelled'] as const;

const deliveryRows: Column[] = [
  member('ID', 'id'),
  member('WHEN', 'created_at'),
  member('TYPE', 'event_type'),
  member('STATUS', 'status'),
  // A number in a list, the attempts themselves in one delivery.
  ['ATTEMPTS', (item) => countOf(memberOf(item, 'attempts'))],
  member('NEXT ATTEMPT', 'next_attempt_at'),
  member('ENDPOINT', 'endpoint_id'),
];

const countOf = (attempts: unknown): string | null => {
  if (Array.isArray(attempts)) return String(attempts.length);
  return typeof attempts === 'number' ? String(attempts) : null;
};

/** With its attempts and its body, where it has them. */
export function showDelivery(delivery: unknown, input: Input): void {
  printThing(delivery, deliveryRows, { json: input.flag('json') });
  const attempts = memberOf(delivery, 'attempts');
  if (input.flag('json') || !Array.isArray(attempts)) return;
  for (const attempt of attempts) say(attemptLine(attempt));
  const body = textOf(delivery, 'body');
  if (body !== null) say(`\n${shown(body)}`);
}

/** `1  2026-03-01T00:00:00.000Z  500 in 12 ms: the beginning of the answer`. */
function attemptLine(attempt: unknown): string {
  const [number, at, milliseconds, status, failure, answer] = [
    'number',
    'started_at',
    'duration_ms',
    'response_status',
    'failure',
    'response_body',
  ].map((name) => shown(memberOf(attempt, name)));
  return `${number}  ${at}  ${status ?? failure} in ${milliseconds} ms${answer ? `: ${answer.trim()}` : ''}`;
}

async function replay(api: Api, input: Input): Promise<number> {
  const since = timeOption(input, 'since');
  const [id] = input.args;
  if (since === null && input.text('status') !== null) {
    throw new UsageError('--status belongs to --since: what an endpoint missed.');
  }
  const status = input.text('status');
  if (since === null) {
    showDelivery(await api.call('POST', at(deliveriesPath, id, '/replay')), input);
    return exitCodes.done;
  }
  const asked = { since, ...(status === null ? {} : { status }) };
  const replayed = await replayAll(api, at(endpointsPath, id, '/replay'), asked);
  if (input.flag('json')) sayJson({ replayed });
  else say(`Deliveries sent once more: ${replayed}`);
  return exitCodes.done;
}

/** Each call takes a thousand, and names where the next one goes on. */
async function replayAll(api: Api, path: string, asked: object): Promise<number> {
  let replayed = 0;
  for (let cursor: string | null = null; ; ) {
    const body = { ...asked, ...(cursor === null ? {} : { cursor }) };
    const answer = await api.call('POST', path, { body });
    replayed += Number(memberOf(answer, 'replayed'));
    const next = textOf(answer, 'next_cursor');
    if (next === null || next === cursor) return replayed;
    cursor = next;
  }
}

export const deliveryVerbs: Readonly<Record<string, Verb>> = {
  deliveries: verb(
    'list deliveriesPath, newest first',
    async (api, input) => {
      const query = {
        endpoint_id: input.text('endpoint'),
        status: input.text('status'),
        event_type: input.text('event'),
      };
      const limit = input.whole('limit', { least: 1, most: 1_000_000 }) ?? 50;
      await printList(api.items(deliveriesPath, { limit, query }), deliveryRows, {
        json: input.flag('json'),
        none: Object.values(query).every((value) => value === null)
          ? 'Nothing was delivered yet.'
          : 'No delivery is like that.',
      });
      return exitCodes.done;
    },
    {
      options: {
        endpoint: { value: 'ID', help: 'only to this endpoint' },
        status: { value: 'STATUS', choices: deliveryStatuses, help: 'only in this state' },
        event: { value: 'TYPE', help: 'only of this type' },
        limit: { value: 'N', help: 'at most so many; 50 without it' },
      },
    },
  ),
  delivery: verb(
    'show a delivery with its attempts and its body',
    async (api, input) => {
      showDelivery(await api.call('GET', at(deliveriesPath, input.args[0])), input);
      return exitCodes.done;
    },
    { takes: ['ID'] },
  ),
  replay: verb('deliver once more: one delivery, or with --since what an endpoint was sent', replay, {
    takes: ['ID'],
    options: {
      since: { value: 'TIME', help: 'ID is an endpoint: everything since then' },
      status: {
        value: 'STATUS',
        choices: deliveryStatuses.filter((status) => status !== 'pending'),
        help: 'only in this state; those that failed or were cancelled without it',
      },
    },
  }),
};
