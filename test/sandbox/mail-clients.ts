// Mail clients as Mailgrant uses them, pointed at a sandbox's own mail servers.
import assert from 'node:assert/strict';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import type { Sandbox, SandboxProvider } from '../../sandbox/index.ts';

type Endpoint = { host: string; port: number };
type Failure = {
  responseText?: string;
  oauthError?: unknown;
  serverResponseCode?: string;
  response?: string;
};

function endpoint(sandbox: Sandbox, provider: SandboxProvider, protocol: 'imap' | 'smtp'): Endpoint {
  const parts = JSON.parse(JSON.stringify(sandbox.endpoints));
  const cloud = provider === 'google' ? parts.google.default : parts.microsoft.global;
  return cloud[protocol];
}

export function imapClient(sandbox: Sandbox, provider: SandboxProvider, user: string, accessToken: string) {
  const client = new ImapFlow({
    ...endpoint(sandbox, provider, 'imap'),
    secure: true,
    auth: { user, accessToken },
    tls: { ca: sandbox.caPem ?? '' },
    logger: false,
  });
  client.on('error', () => undefined);
  return client;
}

/** Logs in, opens INBOX, and reports how many messages are there. */
export async function inboxCount(
  sandbox: Sandbox,
  provider: SandboxProvider,
  user: string,
  accessToken: string,
) {
  const client = imapClient(sandbox, provider, user, accessToken);
  try {
    await client.connect();
    return (await client.mailboxOpen('INBOX')).exists;
  } finally {
    client.close();
  }
}

export async function imapFailure(sandbox: Sandbox, provider: SandboxProvider, user: string, token: string) {
  const error = await inboxCount(sandbox, provider, user, token).then(
    () => assert.fail('the login should have been refused'),
    (failure: Error & Failure) => failure,
  );
  return error;
}

export function submit(
  sandbox: Sandbox,
  provider: SandboxProvider,
  user: string,
  accessToken: string,
  to = user,
) {
  const transport = createTransport({
    ...endpoint(sandbox, provider, 'smtp'),
    secure: false,
    requireTLS: true,
    tls: { ca: sandbox.caPem ?? '' },
    auth: { type: 'OAuth2', user, accessToken },
  });
  return transport
    .sendMail({ from: user, to, subject: 'hello', text: 'hello' })
    .finally(() => transport.close());
}
