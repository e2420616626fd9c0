// imapflow and nodemailer with the client's tokens, against Dovecot and Postfix; tokens end while the programs run.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { connectImap, type ImapOptions, keepImap } from '../../sdk/src/imapflow.ts';
import { createClient, isMailgrantError, type MailgrantClient } from '../../sdk/src/index.ts';
import { createMailer } from '../../sdk/src/nodemailer.ts';
import { systemClock } from '../../src/system.ts';
import { type MailWorld, openMailWorld } from '../counterparts/mail-world.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';

const owners = { google: 'bob@corp.test', microsoft: 'erin@contoso.test' } as const;
type Provider = keyof typeof owners;

let world: MailWorld;
let installation: Installation;
let client: MailgrantClient;
/** Milliseconds that the gateway's clock is ahead: it gives a token that is only seconds old again. */
let ahead = 0;
const ids = { google: '', microsoft: '' };
before(async () => {
  world = await openMailWorld({});
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  const mailEndpoints = { google: endpointsOf('google'), microsoft: endpointsOf('microsoft') };
  installation = await startInstallation({
    sandbox: { mail: 'none', caFile: world.caFile, mailEndpoints },
    substitutes: { clock },
  });
  const { google, microsoft } = installation.sandbox;
  await world.pointAt({ google: google.dovecot, microsoft: microsoft.dovecot });
  client = createClient({ baseUrl: installation.address, apiKey: installation.apiKey });
  for (const provider of ['google', 'microsoft'] as const) {
    const { session } = await installation.connect(provider, { login: owners[provider] });
    ids[provider] = String(session.mailbox_id);
  }
});
after(async () => {
  await installation.close();
  world.close();
});

function endpointsOf(provider: Provider) {
  const { imap, smtp } = world.endpoints[provider];
  return { imap: { ...imap, tls: 'implicit' as const }, smtp: { ...smtp, tls: 'starttls' as const } };
}

const tls = () => ({ ca: readFileSync(world.caFile), servername: 'localhost' });
const newImap = (options: ImapOptions) => new ImapFlow({ ...options, tls: tls(), logger: false });
const note = (provider: Provider, subject: string) => ({
  from: owners[provider],
  to: owners[provider],
  subject,
  text: 'It works.',
});

/** As an hour does, or an administrator: what was issued so far opens nothing any more. */
async function endTokens(provider: Provider): Promise<void> {
  await installation.sandbox[provider].expireAccessTokens(owners[provider]);
  ahead += 120_000;
}

for (const provider of ['google', 'microsoft'] as const) {
  test(`${provider}: nodemailer sends, and goes on when the token ends in between, over new and pooled connections`, async () => {
    for (const pool of [false, true]) {
      const tokens = client.mailboxes.tokenSource(ids[provider], { resource: 'smtp' });
      const mailer = await createMailer(tokens, (options) =>
        pool
          ? createTransport({ ...options, tls: tls(), pool: true, maxMessages: 1 })
          : createTransport({ ...options, tls: tls() }),
      );
      const first = await mailer.sendMail(note(provider, 'Before'));
      assert.deepEqual(first.accepted, [owners[provider]]);
      await endTokens(provider);
      const second = await mailer.sendMail(note(provider, 'After'));
      assert.deepEqual(second.accepted, [owners[provider]]);
      mailer.close();
    }
  });

  test(`${provider}: imapflow reads, and reconnects with another token when the first one has ended`, async () => {
    const tokens = client.mailboxes.tokenSource(ids[provider], { resource: 'imap' });
    const created: string[] = [];
    const kept = keepImap(tokens, (options) => {
      created.push(options.auth.accessToken);
      return newImap(options);
    });
    const [first, same] = await Promise.all([kept.client(), kept.client()]);
    assert.equal(first, same);
    await until('the mail is there', async () => {
      const status = await first.status('INBOX', { messages: true });
      return status !== false && (status.messages ?? 0) >= 1;
    });
    await endTokens(provider);
    first.close();
    const second = await kept.client();
    assert.notEqual(second, first);
    assert.equal(second.usable, true);
    assert.equal(await kept.client(), second);
    // The second attempt is the one with the token that the server had refused.
    assert.equal(created.length, 3);
    assert.equal(created[1], created[0]);
    assert.notEqual(created[2], created[1]);
    await kept.close();
    assert.equal(second.usable, false);
    await assert.rejects(kept.client(), /closed/);
  });
}

test('a server that refuses every token is tried twice, and its own error is what the program gets', async () => {
  await world.pointAt({});
  const tokens = client.mailboxes.tokenSource(ids.google, { resource: 'smtp' });
  let asked = 0;
  const counting = {
    ...tokens,
    token() {
      asked += 1;
      return tokens.token();
    },
  };
  const mailer = await createMailer(counting, (options) => createTransport({ ...options, tls: tls() }));
  await assert.rejects(mailer.sendMail(note('google', 'Never')), { responseCode: 535 });
  assert.equal(asked, 3, 'one to learn the server, two to sign in');
  const { google, microsoft } = installation.sandbox;
  await world.pointAt({ google: google.dovecot, microsoft: microsoft.dovecot });
});

test('when only the owner can help, the program gets the link, through the adapters too', async () => {
  const smtp = client.mailboxes.tokenSource(ids.google, { resource: 'smtp' });
  const mailer = await createMailer(smtp, (options) => createTransport({ ...options, tls: tls() }));
  await installation.sandbox.google.revokeUser(owners.google);
  await endTokens('google');
  const tokens = client.mailboxes.tokenSource(ids.google, { resource: 'imap' });
  await tokens.token().catch(() => {});
  const error: unknown = await connectImap(tokens, newImap).catch((reason: unknown) => reason);
  assert.ok(isMailgrantError(error) && error.code === 'needs_reauthorization', String(error));
  assert.match(error.reconnectUrl, /\/reconnect\//);
  const unsent: unknown = await mailer.sendMail(note('google', 'Never')).catch((reason: unknown) => reason);
  assert.ok(isMailgrantError(unsent) && unsent.code === 'needs_reauthorization', String(unsent));
});

test('a token for something else is a clear mistake', async () => {
  const { session } = await installation.connect(
    'microsoft',
    { login: 'frank@contoso.test' },
    { profile: 'api' },
  );
  const tokens = client.mailboxes.tokenSource(String(session.mailbox_id), { resource: 'graph' });
  await assert.rejects(connectImap(tokens, newImap), /resource: 'imap'/);
});
