// `mailgrant mailboxes`: what is connected. The token of one is printed alone, so that it can be piped on.
import type { Api } from './api.ts';
import { type Command, exitCodes, type Input, type Verb } from './command.ts';
import { confirmOption, requireConfirmed } from './confirm.ts';
import type { Context } from './context.ts';
import { resolveMailbox } from './named-mailbox.ts';
import {
  type Column,
  member,
  note,
  printList,
  printThing,
  say,
  sayJson,
  shown,
  verdictLines,
} from './output.ts';
import { ask } from './place.ts';
import { memberOf, textOf } from './report.ts';

const providers = ['google', 'microsoft'] as const;
const statuses = ['verifying', 'connected', 'degraded', 'needs_reauthorization', 'disabled'] as const;

const rows: Column[] = [
  member('ID', 'id'),
  member('EMAIL', 'email'),
  member('PROVIDER', 'provider'),
  member('STATUS', 'status'),
  member('REASON', 'verdict.code'),
  member('CUSTOMER', 'customer'),
];

const details: Column[] = [
  member('id', 'id'),
  member('email', 'email'),
  member('name', 'name'),
  member('provider', 'provider'),
  member('status', 'status'),
  member('customer', 'customer'),
  member('shared, opened by', 'delegate_email'),
  member('aliases', 'aliases'),
  member('OAuth client', 'oauth_client_id'),
  member('scopes', 'scopes'),
  member('lost scopes', 'lost_scopes'),
  member('metadata', 'metadata'),
  member('grant ends', 'grant_ends_at'),
  member('verified', 'verification.verified_at'),
  member('reconnect link', 'reconnect_url'),
  member('created', 'created_at'),
  member('updated', 'updated_at'),
];

const list: Verb = {
  summary: 'list the mailboxes of a workspace, oldest first',
  asks: 'workspace',
  options: {
    search: { value: 'TEXT', help: 'only addresses and names with this text' },
    email: { value: 'ADDRESS', help: 'only this address' },
    provider: { value: 'NAME', choices: providers, help: 'only mailboxes there' },
    status: { value: 'STATUS', choices: statuses, help: 'only mailboxes in this state' },
    'oauth-client': { value: 'ID', help: 'only mailboxes connected with it' },
    customer: { value: 'NAME', help: 'only mailboxes of this customer' },
    limit: { value: 'N', help: 'at most so many' },
  },
  run: (input, context) =>
    ask(input, context, async ({ api }) => {
      const query = {
        search: input.text('search'),
        email: input.text('email'),
        provider: input.text('provider'),
        status: input.text('status'),
        oauth_client_id: input.text('oauth-client'),
        customer: input.text('customer'),
      };
      const limit = input.whole('limit', { least: 1, most: 1_000_000 });
      await printList(api.items('/v1/mailboxes', { limit, query }), rows, {
        json: input.flag('json'),
        none: Object.values(query).every((value) => value === null)
          ? 'There are no mailboxes yet: `mailgrant connect` connects one.'
          : 'No mailbox is like that.',
      });
      return exitCodes.done;
    }),
};

/** One mailbox, by id or address. */
const onMailbox = (
  summary: string,
  work: (api: Api, id: string, input: Input) => Promise<number>,
  more: Pick<Verb, 'options' | 'details'> = {},
): Verb => ({
  summary,
  takes: ['MAILBOX'],
  asks: 'workspace',
  ...more,
  run: (input: Input, context: Context) =>
    ask(input, context, async ({ api }) => work(api, await resolveMailbox(api, input.args[0] ?? ''), input)),
});

const at = (id: string, more = ''): string => `/v1/mailboxes/${encodeURIComponent(id)}${more}`;

/** Also what a verification comes to: code 1 when a transport does not work. */
function showMailbox(mailbox: unknown, input: Input): number {
  printThing(mailbox, details, { json: input.flag('json') });
  const verdict = memberOf(mailbox, 'verdict');
  if (!input.flag('json')) {
    const results = memberOf(memberOf(mailbox, 'verification'), 'results');
    const transports: readonly unknown[] = Array.isArray(results) ? results : [];
    for (const result of transports) {
      const isOk = memberOf(result, 'ok') === true;
      say(`${isOk ? '✓' : '✗'} ${textOf(result, 'transport')?.replaceAll('_', ' ') ?? ''}`);
      if (!isOk) for (const line of verdictLines(result)) say(`    ${line}`);
    }
    if (transports.length === 0) for (const line of verdictLines(verdict)) say(line);
  }
  return exitCodes.done;
}

const switchTo = (disabled: boolean) => async (api: Api, id: string, input: Input) =>
  showMailbox(await api.call('PATCH', at(id), { body: { disabled } }), input);

async function readToken(api: Api, id: string, input: Input): Promise<number> {
  // How long it may be at most, the API says.
  const least = input.whole('min-ttl', { least: 0, most: 999_999_999 });
  const resource = input.text('resource');
  const answer = await api.call('POST', at(id, '/token'), {
    body: {
      ...(resource === null ? {} : { resource }),
      ...(least === null ? {} : { min_ttl_seconds: least }),
      ...(input.flag('force-refresh') ? { force_refresh: true } : {}),
    },
  });
  if (input.flag('json')) sayJson(answer);
  else {
    say(textOf(answer, 'access_token') ?? '');
    note(`Good until ${shown(memberOf(answer, 'expires_at')) ?? '?'}.`);
  }
  return exitCodes.done;
}

async function disconnectNow(api: Api, id: string, input: Input): Promise<number> {
  const answer = await api.call('DELETE', at(id));
  if (input.flag('json')) sayJson(answer);
  else say(`Disconnected. At the provider: ${textOf(answer, 'at_provider') ?? '?'}.`);
  return exitCodes.done;
}

const disconnectOne = onMailbox(
  'revoke the grant where that is possible, and forget the mailbox',
  disconnectNow,
  {
    options: {
      confirm: confirmOption('MAILBOX', 'the mailbox, as it was named,'),
      yes: { help: 'it is meant, in place of --confirm' },
    },
  },
);

const disconnect: Verb = {
  ...disconnectOne,
  async run(input, context) {
    const [named = ''] = input.args;
    // Before a gateway is opened: on the embedded database that would keep it while a person types.
    if (!input.flag('yes') || input.text('confirm') !== null) {
      await requireConfirmed(input, {
        undone: 'Not disconnected, which revokes the grant and forgets the mailbox',
        what: 'the mailbox',
        expected: named,
        otherwise: ', or --yes say that it is meant',
      });
    }
    return disconnectOne.run(input, context);
  },
};

export const command: Command = {
  verbs: {
    '': list,
    list,
    show: onMailbox('show a mailbox, and why it does not work', async (api, id, input) =>
      showMailbox(await api.call('GET', at(id)), input),
    ),
    verify: onMailbox('prove every transport now; code 1 when one does not work', async (api, id, input) => {
      const mailbox = await api.call('POST', at(id, '/verify'));
      showMailbox(mailbox, input);
      return textOf(mailbox, 'status') === 'connected' ? exitCodes.done : exitCodes.failed;
    }),
    disable: onMailbox(
      'switch a mailbox off: no tokens, no verification; its grant is kept alive',
      switchTo(true),
    ),
    enable: onMailbox('switch a mailbox on again', switchTo(false)),
    disconnect,
    token: onMailbox('print an access token that works, refreshed if need be', readToken, {
      options: {
        resource: { value: 'RESOURCE', help: 'for what: imap, smtp, gmail_api, graph, or its URL' },
        'min-ttl': { value: 'SECONDS', help: 'good for at least so long' },
        'force-refresh': { help: 'a new one, although the old one is still good' },
      },
      details: 'The token goes to standard output and nothing else does.',
    }),
  },
};
