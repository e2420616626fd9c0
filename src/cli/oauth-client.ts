// `mailgrant oauth-client`: registrations at Google and Microsoft. Secrets come from a file, standard input or a prompt
// without echo, never from the command line.
import type { Api } from './api.ts';
import { type Command, exitCodes, type Input, type Option, UsageError, type Verb } from './command.ts';
import {
  type Column,
  member,
  note,
  printList,
  printThing,
  say,
  sayJson,
  shown,
  tellDone,
  verdictLines,
} from './output.ts';
import { ask } from './place.ts';
import { memberOf, readReport, textOf } from './report.ts';
import { readSecret, readText } from './terminal.ts';

const base = '/v1/oauth-clients';
const at = (input: Input, more = ''): string => `${base}/${encodeURIComponent(input.args[0] ?? '')}${more}`;

const rows: Column[] = [
  member('ID', 'id'),
  member('NAME', 'name'),
  member('PROVIDER', 'provider'),
  member('CLIENT ID', 'client_id'),
  member('SHARED', 'is_shared'),
  member('STATUS', 'status'),
];
const details: Column[] = [
  ...rows,
  member('GRANT TYPE', 'grant_type'),
  member('CLOUD', 'cloud'),
  member('ENTRA TENANT', 'entra_tenant'),
  member('PERSONAL ACCOUNTS', 'personal_accounts'),
  member('EXTRA SCOPES', 'extra_scopes'),
  member('REDIRECT URI', 'redirect_uri'),
  member('CREDENTIAL', 'credential.kind'),
  member('CREDENTIAL ENDS', 'credential.expires_at'),
  member('NEXT CREDENTIAL', 'next_credential.kind'),
  member('PAUSED', 'paused_at'),
];

const kinds = ['secret', 'certificate', 'service_account_key'] as const;
const grantTypes = ['authorization_code', 'jwt_bearer', 'client_credentials'] as const;

const credentialOptions: Record<string, Option> = {
  'credential-file': {
    value: 'FILE',
    help: 'the client secret, PEM or JSON key; - is standard input; asked for without it',
  },
  'credential-kind': { value: 'KIND', choices: kinds, help: 'what the file holds; secret without it' },
  'credential-reference': {
    value: 'NAME',
    help: 'in place of a file: the name under which the operator holds it outside of the database',
  },
  'credential-expires': { value: 'TIME', help: 'when the provider stops taking it' },
};
const commonOptions: Record<string, Option> = {
  'entra-tenant': { value: 'TENANT', help: 'Microsoft: common, organizations, consumers, an id or a domain' },
  'personal-accounts': {
    value: 'yes|no',
    choices: ['yes', 'no'],
    help: 'whether consumer accounts may be connected',
  },
  'extra-scope': { value: 'SCOPE', isRepeatable: true, help: 'asked for besides those that mail needs' },
  'customers-may-use': { value: 'yes|no', choices: ['yes', 'no'], help: 'whether customers are offered it' },
};

const show = (client: unknown, input: Input): number => {
  printThing(client, details, { json: input.flag('json') });
  if (!input.flag('json')) for (const line of verdictLines(memberOf(client, 'verdict'))) say(line);
  return exitCodes.done;
};

const verb = (
  summary: string,
  work: (api: Api, input: Input) => Promise<number>,
  more: Pick<Verb, 'takes' | 'options' | 'details'> = {},
): Verb => ({
  summary,
  asks: 'either',
  ...more,
  run: (input, context) => ask(input, context, ({ api }) => work(api, input)),
});

/** Null when none is named and none is `needed`. */
async function credentialFrom(input: Input, { needed }: { needed: boolean }): Promise<object | null> {
  const reference = input.text('credential-reference');
  const file = input.text('credential-file');
  const kind = input.text('credential-kind') ?? 'secret';
  const expires = input.text('credential-expires');
  if (reference !== null && file !== null) {
    throw new UsageError('Name the credential by --credential-file or by --credential-reference, not both.');
  }
  if (expires !== null && Number.isNaN(Date.parse(expires))) {
    throw new UsageError('--credential-expires must be a time like 2027-01-31T00:00:00Z');
  }
  const more = { kind, ...(expires === null ? {} : { expires_at: new Date(expires).toISOString() }) };
  if (reference !== null) return { ...more, reference };
  if (file === null && !needed) return null;
  if (file !== null && kind !== 'secret') return { ...more, value: readText(file, 'credential-file') };
  const value = await readSecret(file, { option: 'credential-file', question: 'The client secret' });
  return { ...more, value: value.reveal() };
}

function commonFrom(input: Input): Record<string, unknown> {
  const yesNo = (name: string): boolean | null =>
    input.text(name) === null ? null : input.text(name) === 'yes';
  const extraScopes = input.texts('extra-scope');
  const all = {
    entra_tenant: input.text('entra-tenant'),
    personal_accounts: yesNo('personal-accounts'),
    extra_scopes: extraScopes.length === 0 ? null : extraScopes,
    customers_may_use: yesNo('customers-may-use'),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/** Before a gateway is opened: on the embedded database that would keep it while a person types. */
const create: Verb = {
  summary: 'make an OAuth client of a workspace; without one, shared by the installation',
  asks: 'either',
  options: {
    provider: { value: 'NAME', choices: ['google', 'microsoft'], help: 'where it is registered' },
    'client-id': { value: 'ID', help: 'the client_id of the registration' },
    name: { value: 'NAME', help: 'for people; the provider without it' },
    'grant-type': { value: 'TYPE', choices: grantTypes, help: 'authorization_code without it' },
    cloud: { value: 'NAME', help: "without it, the provider's worldwide one" },
    ...credentialOptions,
    ...commonOptions,
  },
  async run(input, context) {
    const provider = input.text('provider');
    if (provider === null)
      throw new UsageError('Say with --provider where it is registered: google or microsoft.');
    const optional = {
      client_id: input.text('client-id'),
      grant_type: input.text('grant-type'),
      cloud: input.text('cloud'),
    };
    if (optional.client_id === null && input.text('credential-kind') !== 'service_account_key') {
      throw new UsageError('Say with --client-id which registration it is.');
    }
    const body = {
      provider,
      name: input.text('name') ?? provider,
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
      ...commonFrom(input),
      credential: await credentialFrom(input, { needed: true }),
    };
    return ask(input, context, async ({ api }) => {
      const made = await api.call('POST', base, { body });
      show(made, input);
      note(
        'Enter the redirect URI at the provider, letter by letter. `mailgrant oauth-client set-up ID` tells every step.',
      );
      return exitCodes.done;
    });
  },
};

const update: Verb = {
  summary: 'change an OAuth client; what is not named stays',
  takes: ['ID'],
  asks: 'either',
  options: {
    name: { value: 'NAME', help: 'for people' },
    'client-id': { value: 'ID', help: 'the client_id of the registration' },
    ...credentialOptions,
    next: { help: 'the credential is the next one: it takes over when the provider refuses the current one' },
    ...commonOptions,
  },
  async run(input, context) {
    const credential = await credentialFrom(input, { needed: input.flag('next') });
    const name = input.text('name');
    const clientId = input.text('client-id');
    const body = {
      ...(name === null ? {} : { name }),
      ...(clientId === null ? {} : { client_id: clientId }),
      ...commonFrom(input),
      ...(credential === null ? {} : { [input.flag('next') ? 'next_credential' : 'credential']: credential }),
    };
    if (Object.keys(body).length === 0) throw new UsageError('Say what to change.');
    return ask(input, context, async ({ api }) => show(await api.call('PATCH', at(input), { body }), input));
  },
};

async function setUp(api: Api, input: Input): Promise<number> {
  const list = await api.call('GET', at(input, '/set-up'));
  if (input.flag('json')) {
    sayJson(list);
    return exitCodes.done;
  }
  const steps = memberOf(list, 'steps');
  for (const [index, step] of (Array.isArray(steps) ? steps : []).entries()) {
    say(`${index + 1}. ${textOf(step, 'title') ?? ''}`);
    say(`   ${[textOf(step, 'where'), textOf(step, 'url')].filter(Boolean).join('  ')}`);
    const what = memberOf(step, 'what');
    for (const sentence of Array.isArray(what) ? what : []) say(`   ${shown(sentence) ?? ''}`);
    const values = memberOf(step, 'values');
    for (const value of Array.isArray(values) ? values : []) {
      say(`     ${textOf(value, 'label') ?? ''}: ${textOf(value, 'value') ?? ''}`);
    }
  }
  return exitCodes.done;
}

/** The code is 1 when something is wrong with it. */
async function examine(api: Api, input: Input): Promise<number> {
  const email = input.text('email');
  const answer = await api.call('POST', at(input, '/examine'), { body: email === null ? {} : { email } });
  const { lines, isWell } = readReport(answer);
  if (input.flag('json')) sayJson(answer);
  else say(lines.join('\n'));
  return isWell ? exitCodes.done : exitCodes.failed;
}

async function remove(api: Api, input: Input): Promise<number> {
  const answer = await api.call('DELETE', at(input), { query: { force: input.flag('force') ? true : null } });
  const done = { id: input.args[0], deleted: true };
  if (answer === null) return tellDone('The OAuth client is deleted.', done, { json: input.flag('json') });
  if (input.flag('json')) sayJson({ ...done, ...Object(answer) });
  else
    say(
      `Deleted. ${shown(memberOf(answer, 'mailboxes')) ?? '0'} mailboxes must be reconnected: ${textOf(answer, 'must_reconnect_url') ?? ''}`,
    );
  return exitCodes.done;
}

const list = verb('list the OAuth clients of a workspace, shared ones too', async (api, input) => {
  await printList(api.items(base), rows, { json: input.flag('json'), none: 'There is no OAuth client.' });
  return exitCodes.done;
});

export const command: Command = {
  verbs: {
    '': list,
    list,
    create,
    show: verb('show an OAuth client', async (api, input) => show(await api.call('GET', at(input)), input), {
      takes: ['ID'],
    }),
    examine: verb('try an OAuth client at its provider; code 1 when something is wrong', examine, {
      takes: ['ID'],
      options: { email: { value: 'ADDRESS', help: 'without a sign-in: a mailbox it may act for' } },
    }),
    'set-up': verb("what to do in the provider's console, with the texts to paste", setUp, { takes: ['ID'] }),
    update,
    delete: verb('delete an OAuth client', remove, {
      takes: ['ID'],
      options: { force: { help: 'although mailboxes are connected with it; they must be reconnected' } },
    }),
  },
};
