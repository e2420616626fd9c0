// A busy run of one installation for the canary tests: mailboxes come and go by every API, webhooks of every format are
// sent, people enter the console, everything that can be read is read, and much of it fails. All that is said on the way
// is kept (canary-places.ts), and every secret that was made is noted.
import assert from 'node:assert/strict';
import { namedFaults } from '../../sandbox/faults.ts';
import { createLog } from '../../src/log.ts';
import { generateKey } from '../../src/stores/keyring.ts';
import { type Answer, freePort, type Installation, startInstallation } from '../support/installation.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { startOperatorServer } from '../support/sign-in-server.ts';
import { echoing, type Receiver, startReceiver } from '../support/webhook-receiver.ts';
import { accountOf } from '../surfaces/smartlead-world.ts';
import { addOwnClients, googleMailbox } from '../surfaces/warmy-world.ts';
import { visitConsole } from './canary-console.ts';
import { type Collection, createCollection } from './canary-places.ts';

type Item = Record<string, unknown>;
type Handing = { hands?: readonly string[]; headers?: Record<string, string> };
type Asked = (method: string, path: string, body?: unknown, more?: Handing) => Promise<Answer>;

/** What legitimately gets everywhere, so that the search can be seen to find something in each place. */
export const planted = 'planted-canary-7f3a';

const own = {
  metricsToken: 'a-metrics-token-that-nobody-may-see',
  otlpToken: 'an-otlp-token-that-nobody-may-see',
  serviceSecret: 'a-service-secret-that-nobody-may-see',
  hookHeader: 'a-header-value-that-nobody-may-see',
  hookPassword: 'a-hook-password-that-nobody-may-see',
  clientSecret: 'a-client-secret-that-nobody-may-see',
  nextSecret: 'a-next-secret-that-nobody-may-see',
  mistyped: 'a-mistyped-secret-that-nobody-may-see',
} as const;

export type Run = Awaited<ReturnType<typeof openRun>>;

export async function openRun(databaseUrl?: string) {
  const port = await freePort();
  const [otlp, operator, receiver] = await Promise.all([
    startOtlpReceiver(),
    startOperatorServer(`http://127.0.0.1:${port}/console/oidc/callback`),
    startReceiver(),
  ]);
  // What it says is kept with the attempts.
  receiver.respond(echoing);
  const lines: string[] = [];
  const log = createLog('debug', (line) => lines.push(line));
  const keyring = `${generateKey()}, ${generateKey()}`;
  const installation = await startInstallation({
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    substitutes: { log },
    environment: {
      MAILGRANT_PORT: String(port),
      MAILGRANT_KEYRING: keyring,
      MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '2',
      MAILGRANT_WEBHOOK_HTTP: 'on',
      MAILGRANT_WEBHOOK_NETWORKS: '127.0.0.0/8',
      MAILGRANT_WEBHOOK_TIMEOUT_SECONDS: '1',
      MAILGRANT_METRICS: 'on',
      MAILGRANT_METRICS_TOKEN: own.metricsToken,
      MAILGRANT_CONSOLE_OIDC_ISSUER: operator.issuer,
      MAILGRANT_CONSOLE_OIDC_CLIENT_ID: operator.clientId,
      MAILGRANT_CONSOLE_OIDC_CLIENT_SECRET: operator.clientSecret,
      MAILGRANT_CONSOLE_OIDC_ALLOWED: '@ops.example',
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${own.otlpToken}`,
      OTEL_SERVICE_NAME: planted,
      OTEL_BSP_SCHEDULE_DELAY: '20',
    },
  });
  const collected = createCollection();
  for (const [name, value] of Object.entries(own)) collected.secret(name, value);
  collected.secret('OIDC client secret', operator.clientSecret);
  for (const [index, key] of keyring.split(', ').entries()) {
    collected.secret(`keyring key ${index}`, key.split(':')[1]);
  }
  collected.secret('API key', installation.apiKey);
  return {
    installation,
    collected,
    receiver,
    operator,
    otlp,
    log,
    logged: () => lines.join(''),
    async close() {
      await installation.close();
      await Promise.all([otlp.close(), operator.close(), receiver.close()]);
    },
  };
}

/** Answers are kept below the name of the place. */
const asking =
  (collected: Collection, place: string, { callAs }: Installation, apiKey: string): Asked =>
  async (method, path, body, { hands = [], headers = {} } = {}) => {
    const answer = await callAs(apiKey)(method, path, body, headers);
    collected.answer(place, answer, hands);
    return answer;
  };

const itemsOf = (body: Item): Item[] => (Array.isArray(body.items) ? body.items : []);

/** Everything at once; the parts stand in the order in which they need one another. */
export async function liveThrough(run: Run): Promise<void> {
  const { installation, collected } = run;
  const api = asking(collected, 'native answers', installation, installation.apiKey);
  const operatorKey = await installation.issueKey(
    ['all', 'workspaces:manage', 'installation:read', 'installation:update'],
    null,
  );
  collected.secret('installation key', operatorKey);
  await webhooks(run, api);
  const mailboxId = await mailboxes(run, api);
  await links(run, api, mailboxId);
  await vendors(run);
  // Late: the newest client of a workspace is the one that is chosen, and the provider does not know this one.
  await credentials(run, api);
  await mistakes(run, api);
  await turn(run);
  await visitConsole(run, operatorKey);
  await turn(run);
  await readAll(run, api, operatorKey);
  for (const value of installation.sandbox.mintedSecrets()) collected.secret('minted at the provider', value);
}

async function webhooks({ installation, collected, receiver }: Run, api: Asked): Promise<void> {
  const { endpoints } = installation.gateway.core.webhooks;
  const principal = await installation.gateway.core.apiKeys.authenticate(installation.apiKey);
  const hands = ['secret'];
  for (const signature of ['hmac', 'ed25519']) {
    const made = await api(
      'POST',
      '/v1/webhook-endpoints',
      { url: receiver.url, signature, description: planted },
      { hands },
    );
    const path = `/v1/webhook-endpoints/${made.body.id}`;
    const before = await endpoints.read(principal, String(made.body.id));
    await api('POST', `${path}/rotate-secret`, {}, { hands });
    const after = await endpoints.read(principal, String(made.body.id));
    for (const { secret } of [before, after]) {
      const text = secret.reveal();
      // The bytes are what signs; the prefix only says how.
      collected.secret(`${signature} key of a webhook endpoint`, text.slice(text.indexOf('_') + 1));
    }
    await api('POST', `${path}/test`, {});
  }
  const hook = new URL(receiver.url);
  hook.username = 'hook';
  hook.password = own.hookPassword;
  const set = await api('POST', '/v1/settings', {
    webhooks: hook.href,
    webhooksEnabled: true,
    serviceSecret: own.serviceSecret,
    webhooksCustomHeaders: [
      { key: 'X-Token', value: own.hookHeader },
      { key: 'X-Planted', value: planted },
    ],
  });
  assert.equal(set.status, 200, set.text);
  const notify = { notify_on_disconnect: { webhookUrl: receiver.url } };
  await api('POST', '/api/v1/webhooks/notify-on-disconnect', notify, { hands });
}

/** Connected, used, refused by the provider in several ways, and one of them revoked for good. */
async function mailboxes({ installation, collected, receiver }: Run, api: Asked): Promise<string> {
  const { sandbox, connect } = installation;
  const owners = { google: 'bob@corp.test', microsoft: 'erin@contoso.test' } as const;
  const hands = ['access_token'];
  let id = '';
  for (const provider of ['google', 'microsoft'] as const) {
    sandbox[provider].configure({ accessTokenTtlSeconds: 30 });
    const call: typeof installation.call = (method, path, body) =>
      api(method, path, body, { hands: method === 'POST' ? ['url', 'secret'] : [] });
    const request = { webhook_url: receiver.url };
    const { session, page } = await connect(provider, { login: owners[provider] }, request, call);
    collected.page(page.body);
    id = String(session.mailbox_id);
    const path = `/v1/mailboxes/${id}`;
    await api('POST', `${path}/token`, {}, { hands });
    await api('PATCH', path, { name: planted, metadata: { note: planted } });
    await api('POST', `${path}/verify`);
    const { html, serverError, invalidGrant } = namedFaults;
    for (const fault of [html('refresh'), serverError('refresh'), invalidGrant('refresh')]) {
      sandbox[provider].configure({ fault });
      await api('POST', `${path}/token`, { force_refresh: true }, { hands });
    }
    sandbox[provider].configure({ fault: null });
    const denied = await connect(provider, { login: owners[provider], deny: true }, {}, call);
    collected.page(denied.page.body);
  }
  return id;
}

async function credentials({ installation, receiver }: Run, api: Asked): Promise<void> {
  const made = await api('POST', '/v1/oauth-clients', {
    provider: 'google',
    name: 'Own',
    client_id: 'own.apps.example.test',
    client_secret: own.clientSecret,
  });
  assert.equal(made.status, 201, made.text);
  const path = `/v1/oauth-clients/${made.body.id}`;
  await api('PATCH', path, { next_credential: { value: own.nextSecret } });
  await api('POST', `${path}/examine`, {});
  await api('GET', `${path}/set-up`);
  const key = await api(
    'POST',
    '/v1/api-keys',
    { name: planted, scopes: ['webhooks:create'] },
    { hands: ['key'] },
  );
  // The audit log names the key.
  const call = installation.callAs(String(key.body.key));
  await call('POST', '/v1/webhook-endpoints', { url: receiver.url, signature: 'ed25519' });
}

/** Links that open something: of sessions, for customers, for reconnecting, for a diagnosis. */
async function links({ installation, collected }: Run, api: Asked, mailboxId: string): Promise<void> {
  const hands = ['url'];
  const made = [
    await api('POST', '/v1/connect-sessions', { provider: 'google' }, { hands }),
    await api('POST', '/v1/customer-links', { customer: planted }, { hands }),
    await api('POST', `/v1/mailboxes/${mailboxId}/diagnose`, {}, { hands }),
  ];
  const again = await installation.call('POST', `/v1/mailboxes/${mailboxId}/token`, {});
  collected.answer('native answers', again, ['access_token']);
  for (const url of [...made.map(({ body }) => body.url), again.body.reconnect_url]) {
    if (typeof url !== 'string') continue;
    const page = await fetch(url);
    collected.page(`${await page.text()}\n${[...page.headers].join('\n')}`);
  }
}

async function vendors({ installation, collected }: Run): Promise<void> {
  const vendor = asking(collected, 'compatible answers', installation, installation.apiKey);
  await installation.call('PATCH', '/v1/settings', { oauth_tokens_api: true });
  const [minted] = await installation.sandbox.google.mint({
    login: 'carol@gmail.test',
    scope: 'openid email https://mail.google.com/',
  });
  const oauth2 = {
    provider: 'gmail',
    auth: { user: 'carol@gmail.test' },
    refreshToken: minted?.refreshToken,
  };
  const registered = await vendor('POST', '/v1/account', { account: planted, name: 'C', oauth2 });
  assert.equal(registered.status, 200, registered.text);
  await vendor('GET', `/v1/account/${planted}/oauth-token`, undefined, { hands: ['accessToken'] });
  await vendor('POST', '/v1/tokens', { description: 'x', scopes: ['api'] }, { hands: ['token'] });
  for (const path of ['/v1/accounts', `/v1/account/${planted}`, '/v1/oauth2', '/v1/tokens']) {
    await vendor('GET', path);
  }
  const asked = 'webhooks=1&serviceSecret=1&webhooksCustomHeaders=1';
  await vendor('GET', `/compat/emailengine/v1/settings?${asked}`);

  const account = await accountOf(installation, 'gina@corp.test');
  const saved = await vendor('POST', '/api/v1/email-accounts/save-oauth', account);
  assert.equal(saved.status, 200, saved.text);
  await vendor('GET', '/api/v1/email-accounts/');
  await vendor('GET', '/api/v1/webhooks/notify-on-disconnect');

  addOwnClients(installation);
  const body = { mailbox: await googleMailbox(installation, { login: 'alice@gmail.test' }) };
  await vendor('POST', '/api/v2/mailboxes', body);
  await vendor('GET', '/api/v2/mailboxes');
  await vendor('POST', '/api/v2/oauth/google/init', {}, { hands: ['auth_url'] });
  await vendor('POST', '/api/v2/api-keys', { name: 'v', scopes: ['accounts:read'] }, { hands: ['key'] });
  for (const path of ['/api/v2/accounts', '/api/v2/api-keys', '/api/v2/background-jobs']) {
    await vendor('GET', path);
  }

  await installation.sandbox.google.revokeUser('gina@corp.test');
  const { body: found } = await installation.call('GET', '/v1/mailboxes?search=gina@');
  const path = `/v1/mailboxes/${itemsOf(found)[0]?.id}/token`;
  await vendor('POST', path, { force_refresh: true }, { hands: ['access_token'] });
  await vendor('DELETE', `/v1/account/${planted}`);
}

/** Secrets where they do not belong: an error says what is wrong and not with what. */
async function mistakes({ installation, collected }: Run, api: Asked): Promise<void> {
  const { mistyped } = own;
  await api('POST', '/v1/oauth-clients', { provider: 'nobody', client_secret: mistyped });
  await api('POST', '/v1/oauth-clients', { [planted]: 1 });
  await api('POST', '/v1/oauth-clients', `{"client_secret": "${mistyped}`);
  await api('GET', `/v1/mailboxes?access_token=${mistyped}`);
  await api('GET', `/v1/mailboxes/${mistyped}`);
  await api('POST', '/v1/webhook-endpoints', { url: `https://x:${mistyped}@hooks.example/` });
  for (const path of [
    `/v1/accounts?access_token=${mistyped}`,
    `/api/v1/email-accounts/?api_key=${mistyped}`,
  ]) {
    const answer = await fetch(`${installation.address}${path}`);
    const told = { status: answer.status, headers: answer.headers, text: await answer.text() };
    collected.answer('compatible answers', told);
  }
  const wrong = asking(collected, 'native answers', installation, mistyped);
  assert.equal((await wrong('GET', '/v1/mailboxes')).status, 401);
  for (const path of [
    `/connect/${mistyped}`,
    `/reconnect/${mistyped}`,
    `/oauth/callback/${mistyped}?code=${mistyped}`,
  ]) {
    collected.page(await (await fetch(`${installation.address}${path}`)).text());
  }
}

/** Pending events are told, what is due is sent, and all of it has ended. */
async function turn({ installation: { gateway } }: Run): Promise<void> {
  const { webhooks: parts } = gateway.core;
  while ((await parts.tellPending()) > 0);
  while ((await parts.deliverDue(new AbortController().signal)) > 0);
  await gateway.core.drain(20_000);
}

async function readAll({ installation, collected, receiver, otlp }: Run, api: Asked, operatorKey: string) {
  const workspace = { headers: { 'mailgrant-workspace': installation.workspaceId } };
  const operator = asking(collected, 'native answers', installation, operatorKey);
  for (const path of ['/v1/installation', '/v1/keyring', '/v1/workspaces']) await operator('GET', path);
  for (const path of ['/v1/api-keys', '/v1/audit-entries']) await operator('GET', path, undefined, workspace);
  for (const path of [
    '/v1/oauth-clients',
    '/v1/mailboxes',
    '/v1/mailboxes/summary',
    '/v1/events?limit=100',
    '/v1/api-keys',
    '/v1/connect-sessions',
    '/v1/customers',
    '/v1/settings',
    '/v1/webhook-endpoints',
    '/v1/background-jobs',
    '/v1/openapi.json',
  ]) {
    await api('GET', path);
  }
  await api('POST', '/v1/people/export', { email: 'bob@corp.test' });
  const audit = asking(collected, 'audit entries', installation, installation.apiKey);
  await audit('GET', '/v1/audit-entries?limit=100');

  // The links in these bodies are withheld, so nothing is taken out of them.
  const list = await installation.call('GET', '/v1/webhook-deliveries?limit=100');
  collected.add('deliveries', list.text);
  for (const { id } of itemsOf(list.body)) {
    collected.add('deliveries', (await installation.call('GET', `/v1/webhook-deliveries/${id}`)).text);
  }
  received(collected, receiver);

  const bearer = { authorization: `Bearer ${own.metricsToken}` };
  const metrics = await fetch(`${installation.address}/metrics`, { headers: bearer });
  assert.equal(metrics.status, 200);
  collected.add('metrics', await metrics.text());
  collected.add('traces', otlp.text());
}

/** What a receiver chose to be sent is its own: the header that it asked for, and the link in the body. */
function received(collected: Collection, receiver: Receiver): void {
  for (const { headers, body } of receiver.received) {
    const { 'x-token': token, authorization, ...others } = headers;
    if (token !== undefined) assert.equal(token, own.hookHeader);
    if (authorization !== undefined) assert.match(authorization, /^Basic /);
    collected.add('webhook headers', JSON.stringify(others));
    collected.answer('webhook bodies', { status: 0, headers: new Headers(), text: body });
  }
}
