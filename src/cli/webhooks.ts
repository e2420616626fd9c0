// `mailgrant webhooks`: endpoints that hear of events, and what was delivered to them.
import type { Api } from './api.ts';
import { type Command, exitCodes, type Input, UsageError, type Verb } from './command.ts';
import { type Column, member, note, printList, printThing, say, sayJson, shown, tellDone } from './output.ts';
import { ask } from './place.ts';
import { memberOf, textOf } from './report.ts';

const endpoints = '/v1/webhook-endpoints';
const deliveries = '/v1/webhook-deliveries';
const deliveryStatuses = ['pending', 'delivered', 'failed', 'cancelled'] as const;

const endpointRows: Column[] = [
  member('ID', 'id'),
  member('URL', 'url'),
  member('STATUS', 'status'),
  member('REASON', 'disabled_reason'),
  ['EVENTS', (endpoint) => shown(memberOf(endpoint, 'event_types')) ?? 'all'],
  member('SIGNATURE', 'signature'),
];
const endpointDetails: Column[] = [
  ...endpointRows,
  member('DESCRIPTION', 'description'),
  member('PUBLIC KEY', 'public_key'),
  member('FAILING SINCE', 'failing_since'),
  member('OLD SECRET UNTIL', 'previous_secret_until'),
];
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

const at = (base: string, id: string | undefined, more = ''): string =>
  `${base}/${encodeURIComponent(id ?? '')}${more}`;

const verb = (
  summary: string,
  work: (api: Api, input: Input) => Promise<number>,
  more: Pick<Verb, 'takes' | 'options' | 'details'> = {},
): Verb => ({
  summary,
  asks: 'workspace',
  ...more,
  run: (input, context) => ask(input, context, ({ api }) => work(api, input)),
});

const list = verb('list the endpoints', async (api, input) => {
  await printList(api.items(endpoints), endpointRows, {
    json: input.flag('json'),
    none: 'There is no endpoint: `mailgrant webhooks create URL`.',
  });
  return exitCodes.done;
});

/** The secret, or with Ed25519 the public key, alone is standard output, as with a new API key. */
function showSecret(made: unknown, input: Input): number {
  if (input.flag('json')) sayJson(made);
  else {
    const secret = textOf(made, 'secret');
    const until = textOf(made, 'previous_secret_until');
    const what = secret === null ? 'Its public key:' : 'The secret is shown this once:';
    const old = until === null ? '' : ` Until ${until} the old one signs too.`;
    note(`Endpoint ${textOf(made, 'id') ?? input.args[0]}.${old} ${what}`);
    say(secret ?? textOf(made, 'public_key') ?? '');
  }
  return exitCodes.done;
}

async function create(api: Api, input: Input): Promise<number> {
  const types = input.texts('event');
  const description = input.text('description');
  const made = await api.call('POST', endpoints, {
    body: {
      url: input.args[0],
      ...(description === null ? {} : { description }),
      ...(types.length === 0 ? {} : { event_types: types }),
      signature: input.text('signature') ?? 'hmac',
    },
  });
  return showSecret(made, input);
}

async function update(api: Api, input: Input): Promise<number> {
  const types = input.texts('event');
  const isAll = input.flag('all-events');
  if (isAll && types.length > 0) throw new UsageError('Either --event or --all-events.');
  const [to, description] = [input.text('to'), input.text('description')];
  const body = {
    ...(to === null ? {} : { url: to }),
    ...(description === null ? {} : { description }),
    ...(isAll ? { event_types: null } : {}),
    ...(types.length === 0 ? {} : { event_types: types }),
  };
  if (Object.keys(body).length === 0) {
    throw new UsageError('Say what to change: --to, --event, --all-events or --description.');
  }
  const changed = await api.call('PATCH', at(endpoints, input.args[0]), { body });
  printThing(changed, endpointDetails, { json: input.flag('json') });
  return exitCodes.done;
}

/** Code 1 when the endpoint did not take it. */
async function sendTest(api: Api, input: Input): Promise<number> {
  const type = input.text('event');
  const delivery = await api.call('POST', at(endpoints, input.args[0], '/test'), {
    body: type === null ? {} : { event_type: type },
  });
  showDelivery(delivery, input);
  return textOf(delivery, 'status') === 'delivered' ? exitCodes.done : exitCodes.failed;
}

function showDelivery(delivery: unknown, input: Input): void {
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
  const since = input.text('since');
  const [id] = input.args;
  if (since !== null && Number.isNaN(Date.parse(since))) {
    throw new UsageError('--since must be a time like 2026-03-01T00:00:00Z');
  }
  if (since === null && input.text('status') !== null) {
    throw new UsageError('--status belongs to --since: what an endpoint missed.');
  }
  const status = input.text('status');
  if (since === null) {
    showDelivery(await api.call('POST', at(deliveries, id, '/replay')), input);
    return exitCodes.done;
  }
  const asked = { since: new Date(since).toISOString(), ...(status === null ? {} : { status }) };
  const replayed = await replayAll(api, at(endpoints, id, '/replay'), asked);
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

export const command: Command = {
  verbs: {
    '': list,
    list,
    create: verb('make an endpoint; its secret is shown this once', create, {
      takes: ['URL'],
      options: {
        event: { value: 'TYPE', isRepeatable: true, help: 'only events of this type; all without it' },
        description: { value: 'TEXT', help: 'what it is for' },
        signature: { value: 'KIND', choices: ['hmac', 'ed25519'], help: 'hmac without it' },
      },
    }),
    show: verb(
      'show an endpoint',
      async (api, input) => {
        printThing(await api.call('GET', at(endpoints, input.args[0])), endpointDetails, {
          json: input.flag('json'),
        });
        return exitCodes.done;
      },
      { takes: ['ID'] },
    ),
    update: verb('change where an endpoint is, or what it hears of', update, {
      takes: ['ID'],
      options: {
        to: { value: 'URL', help: 'where webhooks are sent from now on' },
        event: { value: 'TYPE', isRepeatable: true, help: 'only events of these types from now on' },
        'all-events': { help: 'events of all types from now on' },
        description: { value: 'TEXT', help: 'what it is for' },
      },
    }),
    enable: verb(
      'deliver to an endpoint again',
      async (api, input) => {
        const endpoint = await api.call('PATCH', at(endpoints, input.args[0]), {
          body: { status: 'enabled' },
        });
        return tellDone('The endpoint is enabled.', Object(endpoint), { json: input.flag('json') });
      },
      { takes: ['ID'] },
    ),
    disable: verb(
      'deliver nothing to an endpoint',
      async (api, input) => {
        const endpoint = await api.call('PATCH', at(endpoints, input.args[0]), {
          body: { status: 'disabled' },
        });
        return tellDone('The endpoint is disabled.', Object(endpoint), { json: input.flag('json') });
      },
      { takes: ['ID'] },
    ),
    delete: verb(
      'forget an endpoint',
      async (api, input) => {
        const [id] = input.args;
        await api.call('DELETE', at(endpoints, id));
        return tellDone('The endpoint is deleted.', { id, deleted: true }, { json: input.flag('json') });
      },
      { takes: ['ID'] },
    ),
    'rotate-secret': verb(
      'give an endpoint a new secret; the old one signs beside it for a while',
      async (api, input) =>
        showSecret(
          await api.call('POST', at(endpoints, input.args[0], '/rotate-secret'), {
            body: { is_immediate: input.flag('immediate') },
          }),
          input,
        ),
      {
        takes: ['ID'],
        options: { immediate: { help: 'the old one signs no more: for one that somebody may have seen' } },
      },
    ),
    test: verb('send a test now; code 1 when the endpoint does not take it', sendTest, {
      takes: ['ID'],
      options: { event: { value: 'TYPE', help: 'an example of this type; webhook.test without it' } },
    }),
    deliveries: verb(
      'list deliveries, newest first',
      async (api, input) => {
        const query = {
          endpoint_id: input.text('endpoint'),
          status: input.text('status'),
          event_type: input.text('event'),
        };
        const limit = input.whole('limit', { least: 1, most: 1_000_000 }) ?? 50;
        await printList(api.items(deliveries, { limit, query }), deliveryRows, {
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
        showDelivery(await api.call('GET', at(deliveries, input.args[0])), input);
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
  },
};
