// Verbs of `mailgrant webhooks` about endpoints: made, changed, tried, forgotten. A secret is shown when it is made.
import type { Api } from './api.ts';
import { exitCodes, type Input, UsageError, type Verb } from './command.ts';
import { type Column, member, note, printList, printThing, say, sayJson, shown, tellDone } from './output.ts';
import { memberOf, textOf } from './report.ts';
import { showDelivery } from './webhook-deliveries.ts';
import { at, endpointsPath, verb } from './webhook-verb.ts';

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

const list = verb('list the endpoints', async (api, input) => {
  await printList(api.items(endpointsPath), endpointRows, {
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
  const made = await api.call('POST', endpointsPath, {
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
  const changed = await api.call('PATCH', at(endpointsPath, input.args[0]), { body });
  printThing(changed, endpointDetails, { json: input.flag('json') });
  return exitCodes.done;
}

/** Code 1 when the endpoint did not take it. */
async function sendTest(api: Api, input: Input): Promise<number> {
  const type = input.text('event');
  const delivery = await api.call('POST', at(endpointsPath, input.args[0], '/test'), {
    body: type === null ? {} : { event_type: type },
  });
  showDelivery(delivery, input);
  return textOf(delivery, 'status') === 'delivered' ? exitCodes.done : exitCodes.failed;
}

export const endpointVerbs: Readonly<Record<string, Verb>> = {
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
      printThing(await api.call('GET', at(endpointsPath, input.args[0])), endpointDetails, {
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
      const endpoint = await api.call('PATCH', at(endpointsPath, input.args[0]), {
        body: { status: 'enabled' },
      });
      return tellDone('The endpoint is enabled.', Object(endpoint), { json: input.flag('json') });
    },
    { takes: ['ID'] },
  ),
  disable: verb(
    'deliver nothing to an endpoint',
    async (api, input) => {
      const endpoint = await api.call('PATCH', at(endpointsPath, input.args[0]), {
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
      await api.call('DELETE', at(endpointsPath, id));
      return tellDone('The endpoint is deleted.', { id, deleted: true }, { json: input.flag('json') });
    },
    { takes: ['ID'] },
  ),
  'rotate-secret': verb(
    'give an endpoint a new secret; the old one signs beside it for a while',
    async (api, input) =>
      showSecret(
        await api.call('POST', at(endpointsPath, input.args[0], '/rotate-secret'), {
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
};
