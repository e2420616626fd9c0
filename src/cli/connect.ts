// `mailgrant connect`: one mailbox connected from a terminal. In a browser by a connect session of ours, or by a device
// code where the provider allows that for mail.
import type { Api } from './api.ts';
import { openBrowser } from './browser.ts';
import { type Command, exitCodes, type Input, UsageError } from './command.ts';
import { connectByDeviceCode } from './device-code.ts';
import { resolveMailbox } from './named-mailbox.ts';
import { note, say, sayJson, verdictLines } from './output.ts';
import { ask } from './place.ts';
import { memberOf, textOf } from './report.ts';

/** A server holds a question for a status open for at most 55 s. */
const waitSeconds = 25;
/** A session lives a week at most, while an administrator is waited for. */
const waitsMax = (7 * 86_400) / waitSeconds;
const finalStatuses: ReadonlySet<string> = new Set(['connected', 'failed', 'cancelled', 'expired']);

export const command: Command = {
  verbs: {
    '': {
      summary: 'connect a mailbox: opens a browser, waits, and tells how it ended',
      asks: 'workspace',
      options: {
        provider: { value: 'NAME', choices: ['google', 'microsoft'], help: 'where the mailbox is' },
        email: { value: 'ADDRESS', help: 'refuse every other address' },
        mailbox: { value: 'MAILBOX', help: 'reconnect this one, by id or address; it keeps its id' },
        'oauth-client': {
          value: 'ID',
          help: 'with this OAuth client; without it, the newest of the workspace',
        },
        profile: {
          value: 'NAME',
          choices: ['full', 'api', 'send_only'],
          help: 'what it is connected for; full without it',
        },
        customer: { value: 'NAME', help: 'whose mailbox it is' },
        'no-browser': { help: 'only print the link' },
        'device-code': { help: 'sign in on another device, by a code (Microsoft, public clients)' },
        tenant: {
          value: 'TENANT',
          help: 'with --device-code: the Entra tenant, in place of that of the OAuth client',
        },
      },
      details: [
        'Without --url the pages are served by this command until the mailbox is connected.',
        '--device-code is RFC 8628, at Microsoft, for registrations that allow public client flows.',
        "Google's device flow does not allow the scopes of mail: use a browser there.",
      ].join('\n'),
      run: (input, context) =>
        ask(input, context, async ({ api, listen }) => {
          if (input.flag('device-code')) return connectByDeviceCode(api, input);
          return connectInBrowser(api, input, listen);
        }),
    },
  },
};

async function connectInBrowser(api: Api, input: Input, listen: () => Promise<void>): Promise<number> {
  const mailbox = input.text('mailbox');
  const provider = input.text('provider');
  if (provider === null && mailbox === null) {
    throw new UsageError(
      'Say with --provider where the mailbox is, or with --mailbox which one to reconnect.',
    );
  }
  await listen();
  const wanted = {
    provider,
    expected_email: input.text('email'),
    oauth_client_id: input.text('oauth-client'),
    customer: input.text('customer'),
    mailbox_id: mailbox === null ? null : await resolveMailbox(api, mailbox),
  };
  const profile = input.text('profile');
  const session = await api.call('POST', '/v1/connect-sessions', {
    body: { ...wanted, ...(profile === null ? {} : { profile }) },
  });
  const url = textOf(session, 'url') ?? '';
  const id = textOf(session, 'id') ?? '';
  note(`Open this link and sign in:\n\n  ${url}\n`);
  if (!input.flag('no-browser')) openBrowser(url);
  const end = await waitForEnd(api, id, textOf(session, 'status') ?? 'pending');
  if (input.flag('json')) sayJson(end.session);
  else tell(end.session);
  if (textOf(end.session, 'status') === 'connected') return exitCodes.done;
  return end.isInterrupted ? exitCodes.interrupted : exitCodes.failed;
}

/** Interrupted, it takes the link back: nobody waits for it any more. */
async function waitForEnd(
  api: Api,
  id: string,
  first: string,
): Promise<{ session: unknown; isInterrupted: boolean }> {
  const path = `/v1/connect-sessions/${encodeURIComponent(id)}`;
  let isInterrupted = false;
  let told = first;
  const interrupt = (): void => {
    if (isInterrupted) process.exit(exitCodes.interrupted);
    isInterrupted = true;
    note('Taking the link back ...');
    api.call('DELETE', path).catch(() => process.exit(exitCodes.interrupted));
  };
  process.on('SIGINT', interrupt);
  try {
    for (let asked = 0; asked < waitsMax; asked += 1) {
      const session = await api.call('GET', path, {
        query: { wait: waitSeconds, known_status: told },
      });
      const status = textOf(session, 'status') ?? '';
      if (finalStatuses.has(status)) return { session, isInterrupted };
      if (status === told) continue;
      told = status;
      note(`${status.replaceAll('_', ' ')} ...`);
      for (const line of verdictLines(memberOf(session, 'setback'))) note(`  ${line}`);
      const approval = textOf(session, 'admin_consent_url');
      if (status === 'waiting_for_admin' && approval) note(`  Link for the administrator: ${approval}`);
    }
    throw new Error('The link has been open for too long.');
  } finally {
    process.off('SIGINT', interrupt);
  }
}

function tell(session: unknown): void {
  const status = textOf(session, 'status') ?? '';
  if (status === 'connected') {
    const how = memberOf(session, 'is_reconnected') === true ? 'Reconnected' : 'Connected';
    say(`${how}: ${textOf(session, 'email') ?? ''}, mailbox ${textOf(session, 'mailbox_id') ?? ''}`);
    return;
  }
  say(`Not connected: ${status}`);
  for (const line of verdictLines(memberOf(session, 'error'))) say(line);
}
