// The main job against servers that are not ours: Dovecot and Postfix ask the authorization servers about every
// token that Mailgrant hands out.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { type MailWorld, openMailWorld } from '../counterparts/mail-world.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';

const owners = { google: 'bob@corp.test', microsoft: 'erin@contoso.test' } as const;
let world: MailWorld;
let installation: Installation;

before(async () => {
  world = await openMailWorld({});
  installation = await startInstallation({
    sandbox: {
      mail: 'none',
      caFile: world.caFile,
      mailEndpoints: {
        google: mailEndpoints('google'),
        microsoft: mailEndpoints('microsoft'),
      },
    },
  });
  const { google, microsoft } = installation.sandbox;
  await world.pointAt({ google: google.dovecot, microsoft: microsoft.dovecot });
});
after(async () => {
  await installation.close();
  world.close();
});

function mailEndpoints(provider: 'google' | 'microsoft') {
  const { imap, smtp } = world.endpoints[provider];
  return { imap: { ...imap, tls: 'implicit' as const }, smtp: { ...smtp, tls: 'starttls' as const } };
}

const results = (mailbox: Record<string, unknown>): [unknown, unknown][] => {
  const rows = memberOf(mailbox.verification, 'results');
  assert.ok(Array.isArray(rows));
  return rows.map((row): [unknown, unknown] => [memberOf(row, 'transport'), memberOf(row, 'code')]).sort();
};

for (const provider of ['google', 'microsoft'] as const) {
  test(`${provider}: a connected mailbox is proved by Dovecot and Postfix, and its token sends and reads mail`, async () => {
    const { connect, call } = installation;
    const { session } = await connect(provider, { login: owners[provider] });
    assert.equal(session.status, 'connected', JSON.stringify(session));
    const { body: mailbox } = await call('GET', `/v1/mailboxes/${session.mailbox_id}`);
    assert.equal(mailbox.status, 'connected', JSON.stringify(mailbox));
    assert.deepEqual(results(mailbox), [
      ['imap', 'ok'],
      ['smtp', 'ok'],
    ]);

    const token = await call('POST', `/v1/mailboxes/${session.mailbox_id}/token`);
    const accessToken = String(token.body.access_token);
    const tls = { ca: readFileSync(world.caFile), servername: 'localhost' };
    const { imap, smtp } = world.endpoints[provider];
    const transporter = createTransport({
      ...smtp,
      requireTLS: true,
      tls,
      auth: { type: 'OAuth2', user: owners[provider], accessToken },
    });
    await transporter.sendMail({
      from: owners[provider],
      to: owners[provider],
      subject: 'To myself',
      text: 'It works.',
    });
    const client = new ImapFlow({
      ...imap,
      secure: true,
      tls,
      auth: { user: owners[provider], accessToken },
      logger: false,
    });
    await client.connect();
    try {
      let count = 0;
      for (const end = Date.now() + 10_000; count === 0 && Date.now() < end; ) {
        const status = await client.status('INBOX', { messages: true });
        count = status === false ? 0 : (status.messages ?? 0);
      }
      assert.equal(count, 1);
    } finally {
      await client.logout();
    }
  });

  test(`${provider}: with the authorization server out of the mail servers' reach, the grant is not blamed`, async () => {
    const { call, sandbox } = installation;
    const { body } = await call('GET', `/v1/mailboxes?email=${owners[provider]}`);
    const id = memberOf((body.items as unknown[])[0], 'id');
    await world.pointAt({});
    try {
      const { body: degraded } = await call('POST', `/v1/mailboxes/${id}/verify`);
      assert.equal(degraded.status, 'degraded');
      // Dovecot says UNAVAILABLE; Postfix says 535 in the same words as for a bad token.
      assert.deepEqual(results(degraded)[0], ['imap', 'server_busy']);
      assert.equal((await call('POST', `/v1/mailboxes/${id}/token`)).status, 200);
    } finally {
      await world.pointAt({ google: sandbox.google.dovecot, microsoft: sandbox.microsoft.dovecot });
    }
    const { body: healed } = await call('POST', `/v1/mailboxes/${id}/verify`);
    assert.equal(healed.status, 'connected', JSON.stringify(healed));
  });
}
