// Mail APIs with the client's tokens: Microsoft's Graph client and plain fetch, against the stand-ins of the providers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AuthenticationHandler,
  Client,
  HTTPMessageHandler,
  type Middleware,
} from '@microsoft/microsoft-graph-client';
import { createTransport } from 'nodemailer';
import { type GoogleOAuth2Client, gmailFetch, withTokens } from '../../sdk/src/gmail.ts';
import { graphAuthProvider, graphFetch, graphMiddleware } from '../../sdk/src/graph.ts';
import { createClient, type MailgrantClient, type TokenSource } from '../../sdk/src/index.ts';
import { createMailer } from '../../sdk/src/nodemailer.ts';
import { systemClock } from '../../src/system.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { startScriptedServer } from './scripted-server.ts';

let installation: Installation;
let client: MailgrantClient;
let ahead = 0;
const ids = { google: '', microsoft: '' };
before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  installation = await startInstallation({ substitutes: { clock } });
  client = createClient({ baseUrl: installation.address, apiKey: installation.apiKey });
  for (const [provider, login] of [
    ['google', 'bob@corp.test'],
    ['microsoft', 'erin@contoso.test'],
  ] as const) {
    const { session } = await installation.connect(provider, { login }, { profile: 'api' });
    ids[provider] = String(session.mailbox_id);
  }
});
after(() => installation.close());

const graphTokens = () => client.mailboxes.tokenSource(ids.microsoft, { resource: 'graph' });
const gmailTokens = () => client.mailboxes.tokenSource(ids.google, { resource: 'gmail_api' });

/** A token that the API has come to refuse. */
async function endTokens(tokens: TokenSource, provider: 'google' | 'microsoft'): Promise<void> {
  await tokens.token();
  await installation.sandbox[provider].expireAccessTokens();
  ahead += 120_000;
}

test("Microsoft's client reads with the client's tokens, and goes on when one is refused", async () => {
  const tokens = graphTokens();
  const { targets } = await tokens.token();
  const base = String(
    memberOf(
      targets.find(({ transport }) => transport === 'graph'),
      'base_url',
    ),
  );
  const { origin } = new URL(base);
  // The library's own handler signs requests to Graph's real name alone, so they are sent on behind it.
  const sendHere: Middleware = {
    execute(context) {
      context.request = String(context.request).replace('https://graph.microsoft.com', origin);
      return new HTTPMessageHandler().execute(context);
    },
  };
  const plain = Client.initWithMiddleware({
    middleware: [new AuthenticationHandler(graphAuthProvider(tokens)), sendHere],
  });
  assert.equal(memberOf(await plain.api('/me').get(), 'mail'), 'erin@contoso.test');

  const renewing = Client.initWithMiddleware({
    baseUrl: `${origin}/`,
    middleware: [graphMiddleware(tokens), new HTTPMessageHandler()],
  });
  await endTokens(tokens, 'microsoft');
  assert.equal(memberOf(await renewing.api('/me/mailFolders/inbox').get(), 'displayName'), 'Inbox');
  // What is refused for another reason stays an error of the library.
  await assert.rejects(renewing.api('/users').get(), { statusCode: 404 });
});

test('plain fetch reads below the mailbox, and goes on when a token is refused', async () => {
  const graph = graphTokens();
  await endTokens(graph, 'microsoft');
  const inbox = await graphFetch(graph)('mailFolders/inbox');
  assert.equal(inbox.status, 200);
  const gmail = gmailTokens();
  await endTokens(gmail, 'google');
  const profile: unknown = await (await gmailFetch(gmail)('/profile')).json();
  assert.equal(memberOf(profile, 'emailAddress'), 'bob@corp.test');
});

test('a token goes to the host of its API and to no other', async () => {
  const elsewhere = await startScriptedServer();
  try {
    elsewhere.answer({ status: 200, body: {} });
    const tokens = graphTokens();
    await assert.rejects(graphFetch(tokens)(`${elsewhere.url}/v1.0/me`), TypeError);
    assert.equal(elsewhere.received.length, 0);
    const library = Client.initWithMiddleware({
      baseUrl: `${elsewhere.url}/`,
      middleware: [graphMiddleware(tokens), new HTTPMessageHandler()],
    });
    await library.api('/me').get();
    assert.equal(elsewhere.received.length, 1);
    assert.equal(elsewhere.received[0]?.headers.authorization, undefined);
  } finally {
    await elsewhere.close();
  }
});

test("Google's auth object gets a token when it has none, and another one when it asks before the end", async () => {
  const tokens = gmailTokens();
  const auth: GoogleOAuth2Client = withTokens(
    { forceRefreshOnFailure: false, eagerRefreshThresholdMillis: 300_000 },
    tokens,
  );
  const first = await auth.refreshHandler?.();
  assert.ok(first && first.expiry_date > Date.now() + 300_000);
  assert.equal(auth.forceRefreshOnFailure, true);
  ahead += 120_000;
  const second = await auth.refreshHandler?.();
  assert.notEqual(second?.access_token, first.access_token);
});

test('nodemailer goes on when a server refuses the token without a challenge', async () => {
  const { session } = await installation.connect('microsoft', { login: 'frank@contoso.test' });
  const tokens = client.mailboxes.tokenSource(String(session.mailbox_id), { resource: 'smtp' });
  const mailer = await createMailer(tokens, (options) =>
    createTransport({ ...options, tls: { ca: installation.sandbox.caPem } }),
  );
  const message = {
    from: 'frank@contoso.test',
    to: 'erin@contoso.test',
    subject: 'Hello',
    text: 'It works.',
  };
  await mailer.sendMail(message);
  await endTokens(tokens, 'microsoft');
  assert.deepEqual((await mailer.sendMail(message)).accepted, ['erin@contoso.test']);
  mailer.close();
});
