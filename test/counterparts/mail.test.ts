import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { type IntrospectionTarget, type MailWorld, openMailWorld } from './mail-world.ts';
import { readCapabilities } from './smtp-capabilities.ts';
import type { Endpoint } from './state.ts';

const goodToken = 'a-token-that-is-active';

type Answering = { target: IntrospectionTarget; close(): void };

/** An introspection endpoint that knows one token of alice@gmail.test, with the scope of Gmail's protocols. */
function startIntrospection(): Promise<Answering> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const isActive = new URLSearchParams(body).get('token') === goodToken;
    const user = { email: 'alice@gmail.test', scope: 'openid https://mail.google.com/' };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(isActive ? { active: true, ...user } : { active: false }));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      assert.ok(typeof address === 'object' && address !== null);
      const introspectionUrl = `http://127.0.0.1:${address.port}/introspect`;
      resolve({
        target: { introspectionUrl, clientId: 'dovecot', clientSecret: 'dovecot' },
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

async function logIn(endpoint: Endpoint, caFile: string, accessToken: string): Promise<ImapFlow> {
  const client = new ImapFlow({
    ...endpoint,
    secure: true,
    tls: { ca: readFileSync(caFile), servername: 'localhost' },
    auth: { user: 'alice@gmail.test', accessToken },
    logger: false,
  });
  try {
    await client.connect();
    return client;
  } catch (cause) {
    // A failed login leaves the socket open.
    client.close();
    throw cause;
  }
}

async function countMessages(client: ImapFlow): Promise<number> {
  const status = await client.status('INBOX', { messages: true });
  assert.ok(status !== false && status.messages !== undefined);
  return status.messages;
}

function smtp(endpoint: Endpoint, caFile: string, accessToken: string) {
  return createTransport({
    ...endpoint,
    requireTLS: true,
    tls: { ca: readFileSync(caFile), servername: 'localhost' },
    auth: { type: 'OAuth2', user: 'alice@gmail.test', accessToken },
  });
}

describe('the mail servers', () => {
  let introspection: Answering;
  let world: MailWorld;
  before(async () => {
    introspection = await startIntrospection();
    world = await openMailWorld({ google: introspection.target });
  });
  after(() => {
    world.close();
    introspection.close();
  });

  it('Dovecot lets a mailbox in whose token is active', async () => {
    const client = await logIn(world.endpoints.google.imap, world.caFile, goodToken);
    assert.equal(await countMessages(client), 0);
    await client.logout();
  });

  it('Dovecot refuses a garbage token with AUTHENTICATIONFAILED', async () => {
    await assert.rejects(logIn(world.endpoints.google.imap, world.caFile, 'garbage'), {
      serverResponseCode: 'AUTHENTICATIONFAILED',
      authenticationFailed: true,
    });
  });

  it('Dovecot says UNAVAILABLE while introspection is down', async () => {
    const closed = { ...introspection.target, introspectionUrl: 'http://127.0.0.1:9/introspect' };
    await world.pointAt({ google: closed });
    await assert.rejects(logIn(world.endpoints.google.imap, world.caFile, goodToken), {
      serverResponseCode: 'UNAVAILABLE',
    });
    await world.pointAt({ google: introspection.target });
    await (await logIn(world.endpoints.google.imap, world.caFile, goodToken)).logout();
  });

  it('Postfix takes a message from a mailbox whose token is active, and Dovecot has it then', async () => {
    const transport = smtp(world.endpoints.google.smtp, world.caFile, goodToken);
    const sent = await transport.sendMail({
      from: 'alice@gmail.test',
      to: 'alice@gmail.test',
      subject: 'To myself',
      text: 'Hello',
    });
    assert.match(sent.response, /^250 /);
    transport.close();
    const client = await logIn(world.endpoints.google.imap, world.caFile, goodToken);
    await client.mailboxOpen('INBOX');
    while ((await countMessages(client)) === 0) await client.noop();
    const message = await client.fetchOne('*', { envelope: true });
    assert.ok(message);
    assert.equal(message.envelope?.subject, 'To myself');
    await client.logout();
  });

  it('Postfix offers XOAUTH2 after STARTTLS and not before', async () => {
    const { beforeTls, afterTls } = await readCapabilities(world.endpoints.microsoft.smtp, world.caFile);
    assert.match(beforeTls, /STARTTLS/);
    assert.doesNotMatch(beforeTls, /AUTH/);
    assert.match(afterTls, /AUTH.* XOAUTH2/);
    assert.doesNotMatch(afterTls, /OAUTHBEARER/);
  });

  it('Postfix refuses a garbage token with 535', async () => {
    const transport = smtp(world.endpoints.google.smtp, world.caFile, 'garbage');
    await assert.rejects(transport.verify(), { code: 'EAUTH', responseCode: 535 });
    transport.close();
  });

  it('the next turn waits for this one to end and finds empty mailboxes', async () => {
    const order: string[] = [];
    const next = openMailWorld({ google: introspection.target }).then((opened) => {
      order.push('next');
      return opened;
    });
    await (await logIn(world.endpoints.google.imap, world.caFile, goodToken)).logout();
    order.push('this');
    world.close();
    await assert.rejects(world.pointAt({}), /is over/);
    world = await next;
    assert.deepEqual(order, ['this', 'next']);
    const client = await logIn(world.endpoints.google.imap, world.caFile, goodToken);
    assert.equal(await countMessages(client), 0);
    await client.logout();
  });
});
