// Plays the whole main job over HTTP, for both providers at once: invitation, consent, proof over IMAP and SMTP,
// a token, its expiry, the next token.
import { approve } from '../../sandbox/end-user.ts';
import type { Sandbox, SandboxProvider } from '../../sandbox/index.ts';
import { callApi } from './call-api.ts';

export type DemoResult = {
  session: string;
  email: string;
  mailbox_id: string;
  imap: boolean;
  smtp: boolean;
  token_expires_at: string;
  refreshed: boolean;
};

type Options = { address: string; apiKey: string; sandbox: Sandbox; say: (line: string) => void };

const people = { google: 'bob@corp.test', microsoft: 'erin@contoso.test' } as const;

/** The gateway treats a token as expired a minute before its end: this one ends two seconds from now for it. */
const shortLifeSeconds = 62;

export async function connectBoth(options: Options): Promise<Record<SandboxProvider, DemoResult>> {
  const [google, microsoft] = await Promise.all([connect('google', options), connect('microsoft', options)]);
  return { google, microsoft };
}

async function connect(
  provider: SandboxProvider,
  { address, apiKey, sandbox, say }: Options,
): Promise<DemoResult> {
  const call = callApi(address, apiKey);
  sandbox[provider].configure({ accessTokenTtlSeconds: shortLifeSeconds });
  const invitation = await call('POST', '/v1/connect-sessions', { provider });
  say(`${provider}: ${people[provider]} opens the link and allows`);
  await approve(String(invitation.url), { login: people[provider] });
  const session = await call('GET', `/v1/connect-sessions/${invitation.id}?wait=30`);
  const mailbox = await call('GET', `/v1/mailboxes/${session.mailbox_id}`);

  const tokenPath = `/v1/mailboxes/${session.mailbox_id}/token`;
  const first = await call('POST', tokenPath);
  sandbox[provider].configure({ accessTokenTtlSeconds: 3600 });
  say(`${provider}: waiting for the first token to expire`);
  const second = await readUntilChanged(() => call('POST', tokenPath), first.access_token);
  // The new token must open the mailbox, not only look new.
  const proof = await call('POST', `/v1/mailboxes/${session.mailbox_id}/verify`);

  return {
    session: String(session.status),
    email: String(session.email),
    mailbox_id: String(session.mailbox_id),
    imap: isProved(mailbox, 'imap') && isProved(proof, 'imap'),
    smtp: isProved(mailbox, 'smtp') && isProved(proof, 'smtp'),
    token_expires_at: String(second.expires_at),
    refreshed: second.refreshed === true && second.access_token !== first.access_token,
  };
}

/** Reads until the token is another one, at most ten seconds. */
async function readUntilChanged(
  read: () => Promise<Record<string, unknown>>,
  first: unknown,
): Promise<Record<string, unknown>> {
  const end = Date.now() + 10_000;
  while (true) {
    const answer = await read();
    if (answer.access_token !== first || Date.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isProved(mailbox: Record<string, unknown>, transport: 'imap' | 'smtp'): boolean {
  const verification = mailbox.verification;
  if (typeof verification !== 'object' || verification === null || !('results' in verification)) return false;
  const { results } = verification;
  return (
    Array.isArray(results) &&
    results.some(
      (result: { transport?: unknown; ok?: unknown }) => result.transport === transport && result.ok === true,
    )
  );
}
