// What the Warmy surface refuses, in which shape, and what each refusal leaves unchanged.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { assertGolden } from '../support/golden.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';
import type { WarmyClient } from './clients/warmy.ts';
import { addOwnClients, googleMailbox, onlyWarmy, outlookMailbox, warmyClient } from './warmy-world.ts';

let installation: Installation;
let client: WarmyClient;
let erin: Record<string, unknown>;

before(async () => {
  installation = await startInstallation({ environment: onlyWarmy });
  addOwnClients(installation);
  client = warmyClient(installation);
  erin = await outlookMailbox(installation, { login: 'erin@contoso.test' });
});
after(() => installation.close());
afterEach(() => {
  for (const provider of ['google', 'microsoft'] as const) {
    installation.sandbox[provider].configure({ fault: null });
  }
});

const post = (mailbox: unknown, others: Record<string, unknown> = {}) =>
  client.send('POST', '/api/v2/mailboxes', { mailbox, ...others });
const sentences = (body: unknown): string => {
  const message = memberOf(body, 'message');
  assert.ok(Array.isArray(message), JSON.stringify(body));
  assert.deepEqual(memberOf(body, 'errors'), message);
  return message.join('\n');
};
const count = async (): Promise<unknown> =>
  memberOf(memberOf((await client.send('GET', '/api/v2/mailboxes')).body, 'pagination'), 'total_count');

async function assertNothingStored(): Promise<void> {
  assert.equal(await count(), 0);
  const { text } = await installation.call('GET', '/v1/oauth-clients');
  assert.ok(!text.includes(String(erin.client_id)), 'an OAuth client was kept');
}

describe('a mailbox whose credentials are refused is 400 with the vendor’s sentence, and nothing is stored', () => {
  const wrong: [string, () => Promise<Record<string, unknown>>][] = [
    ['a refresh token that nobody issued', async () => ({ ...erin, refresh_token: 'nobody-issued-this' })],
    ['a wrong client secret', async () => ({ ...erin, client_secret: 'wrong' })],
    ['a client id that the provider does not know', async () => ({ ...erin, client_id: 'unknown-client' })],
    ['the placeholders of the printed request', async () => placeholders(erin)],
    [
      'a scope that opens no mailbox',
      () => outlookMailbox(installation, { login: 'erin@contoso.test', scope: 'User.Read offline_access' }),
    ],
    [
      'a scope without mail at Google',
      () => googleMailbox(installation, { login: 'bob@corp.test', scope: 'openid email' }),
    ],
    [
      'an account without a mailbox',
      async () => {
        installation.sandbox.microsoft.addUser({ login: 'empty@contoso.test', mailbox: 'missing' });
        return outlookMailbox(installation, { login: 'empty@contoso.test' });
      },
    ],
  ];
  for (const [name, make] of wrong) {
    it(name, async () => {
      const { status, body, contentType } = await post(await make());
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(contentType, /^application\/json\b/);
      assertGolden('warmy', 'error-credentials', body);
      await assertNothingStored();
    });
  }
});

const placeholders = (mailbox: Record<string, unknown>): Record<string, unknown> => ({
  ...mailbox,
  client_id: 'your_client_id_here',
  client_secret: 'your_client_secret_here',
  access_token: 'your_access_token_here',
  refresh_token: 'your_refresh_token_here',
});

describe('an outage of the provider is 503 with Retry-After, and the same request works afterwards', () => {
  for (const fault of [
    { on: 'refresh' as const, status: 503 },
    { on: 'refresh' as const, status: 429 },
  ]) {
    it(`${fault.status} at the token endpoint`, async () => {
      installation.sandbox.microsoft.configure({ fault });
      const { status, headers, body } = await post(erin);
      assert.equal(status, 503, JSON.stringify(body));
      assert.match(headers.get('retry-after') ?? '', /^\d+$/);
      sentences(body);
      await assertNothingStored();
    });
  }

  it('a provider that is silent ends in an answer', async () => {
    installation.sandbox.microsoft.configure({ fault: { on: 'refresh', hang: true } });
    const { status } = await post(erin);
    assert.equal(status, 503);
  });
});

describe('a body that is wrong is 422 and names every mistake', () => {
  const without = (...names: string[]) =>
    Object.fromEntries(Object.entries(erin).filter(([name]) => !names.includes(name)));
  const cases: [string, () => Record<string, unknown>, string[]][] = [
    ['a client that omits client_secret', () => without('client_secret'), ['client_secret is missing']],
    [
      'an empty mailbox with a provider',
      () => ({ provider: 'oauth_google' }),
      ['client_id', 'client_secret', 'access_token', 'refresh_token', 'tariff_plan_type_id'].map(
        (name) => `${name} is missing`,
      ),
    ],
    ['no provider', () => without('provider'), ['provider is missing']],
    ['a provider that nobody has', () => ({ ...erin, provider: 'oauth_microsoft' }), ['provider must be']],
    ['a plan that nobody has', () => ({ ...erin, tariff_plan_type_id: 7 }), ['must be one of: 1, 41']],
    ['plan 0', () => ({ ...erin, tariff_plan_type_id: 0 }), ['must be one of: 1, 41']],
    [
      'an unknown speed',
      () => ({ ...erin, speed_mode: 'ludicrous', setting_attributes: null }),
      ['speed_mode'],
    ],
    ['a reply rate above 35', () => ({ ...erin, setting_attributes: { reply_rate: 36 } }), ['from 0 to 35']],
    ['numbers and objects in place of texts', () => ({ ...erin, client_id: 5, refresh_token: {} }), ['text']],
    ['an address that is none', () => ({ ...erin, email: 'nobody' }), ['email is not an address']],
    ['an address of somebody else', () => ({ ...erin, email: 'frank@contoso.test' }), ['email is not the']],
  ];
  for (const [name, make, expected] of cases) {
    it(name, async () => {
      const { status, body } = await post(make());
      assert.equal(status, 422, JSON.stringify(body));
      for (const words of expected) assert.ok(sentences(body).includes(words), sentences(body));
      await assertNothingStored();
    });
  }

  for (const body of [undefined, {}, { mailbox: null }, { mailbox: [] }, { mailbox: 'x' }, [], 'text']) {
    it(`no mailbox in ${JSON.stringify(body)}`, async () => {
      const reply = await client.send('POST', '/api/v2/mailboxes', body);
      assert.equal(reply.status, 422);
      assert.equal(sentences(reply.body), 'mailbox is missing');
    });
  }

  it('an address that neither the body nor the provider says', async () => {
    const scope = 'https://mail.google.com/';
    const { email: _, ...mailbox } = await googleMailbox(installation, { login: 'gina@corp.test', scope });
    const { status, body } = await post(mailbox);
    assert.equal(status, 422, JSON.stringify(body));
    assert.match(sentences(body), /email is missing/);
  });
});

describe('token_credential_uri', () => {
  const foreign = [
    'http://169.254.169.254/latest/meta-data',
    'http://127.0.0.1:1/token',
    'https://oauth2.googleapis.com.example.test/token',
    'https://oauth2.googleapis.com/token?next=https://example.test',
    'file:///etc/passwd',
    'not a URL',
  ];
  for (const uri of foreign) {
    it(`is 422 and never called as ${uri}`, async () => {
      const mailbox = await googleMailbox(installation, { login: 'bob@corp.test' });
      const before = installation.sandbox.google.stats().tokenRequests;
      const { status, body } = await post({ ...mailbox, token_credential_uri: uri });
      assert.equal(status, 422);
      assert.match(sentences(body), /token_credential_uri must be/);
      assert.equal(installation.sandbox.google.stats().tokenRequests, before);
    });
  }
});

describe('what is not answered here', () => {
  it('is 501 for providers that sign in with a password, which is kept nowhere', async () => {
    for (const provider of ['gmail', 'outlook', 'smtp', 'sendgrid']) {
      const { status, body } = await post({ provider, email: 'a@b.test', password: 'hunter2-password' });
      assert.equal(status, 501);
      assert.match(sentences(body), /oauth_google or oauth_outlook/);
      assert.ok(!JSON.stringify(body).includes('hunter2-password'));
    }
    assert.ok(!installation.logged().includes('hunter2-password'));
  });

  const calls: [string, string, string][] = [
    ['GET', '/mailboxes/warmup_statistics?filter[from]=2026-01-01', 'GET /mailboxes/warmup_statistics'],
    ['GET', '/mailboxes/5/total_warmup_statistics', 'GET /mailboxes/:id/total_warmup_statistics'],
    ['GET', '/mailboxes/5/warmup_statistics_by_provider', 'GET /mailboxes/:id/warmup_statistics_by_provider'],
    ['POST', '/mailboxes/5/resent_health_check', 'POST /mailboxes/:id/resent_health_check'],
    ['POST', '/mailboxes/5/reconnect', 'POST /mailboxes/:id/reconnect'],
    ['GET', '/warmup_alerts?domain=b.test', 'GET /warmup_alerts'],
    ['POST', '/mailboxes/5/deliverability_checkers', 'POST /mailboxes/:id/deliverability_checkers'],
    ['GET', '/deliverability_checkers', 'GET /deliverability_checkers'],
    ['GET', '/user_templates/list', 'GET /user_templates/*'],
    ['GET', '/users_splits', 'GET /users_splits'],
  ];
  for (const [method, path, pattern] of calls) {
    it(`is 501 for ${pattern}, logged once and without the query`, async () => {
      for (let time = 0; time < 2; time++) {
        const { status, body, contentType } = await client.send(method, `/api/v2${path}`);
        assert.equal(status, 501, JSON.stringify(body));
        assert.match(contentType, /^application\/json\b/);
        assertGolden('warmy', 'error', body);
      }
      const lines = installation.logged().split('\n');
      assert.equal(lines.filter((line) => line.includes(`"call":"${pattern}"`)).length, 1);
      assert.ok(!lines.some((line) => line.includes('filter[from]') || line.includes('domain=b.test')));
    });
  }

  it('is 501 for a sign-in with a password, and says what to send instead', async () => {
    const response = await fetch(`${installation.address}/api/v1/auth/sign_in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'me@b.test', password: 'hunter2-password' }),
    });
    assert.equal(response.status, 501);
    assert.match(sentences(await response.json()), /access-token/);
    assert.ok(!installation.logged().includes('hunter2-password'));
  });
});

describe('every other refusal has the envelope', () => {
  const unknown = [
    ['GET', '/mailboxes/123456'],
    ['GET', '/mailboxes/0'],
    ['GET', '/mailboxes/99999999999999999999'],
    ['GET', '/mailboxes/abc'],
    ['PUT', '/mailboxes/123456'],
    ['PUT', '/mailboxes/123456/update_state'],
    ['DELETE', '/mailboxes/123456'],
    ['GET', '/mailboxes/5/nothing'],
    ['POST', '/tariff_plan_types'],
  ] as const;
  for (const [method, path] of unknown) {
    it(`404 for ${method} ${path}`, async () => {
      const { status, body, contentType } = await client.send(method, `/api/v2${path}`);
      assert.equal(status, 404);
      assert.match(contentType, /^application\/json\b/);
      assertGolden('warmy', 'error', body);
    });
  }

  it('401 for a key that is none, in either generation', async () => {
    for (const headers of [{ authorization: 'Bearer nonsense' }, { 'access-token': 'nonsense' }, {}]) {
      const response = await fetch(`${installation.address}/api/v2/mailboxes`, { headers });
      assert.equal(response.status, 401);
      assertGolden('warmy', 'error', await response.json());
    }
  });

  it('403 for a key without the scope', async () => {
    const reader = await installation.issueKey(['mailboxes:read']);
    const limited = warmyClient({ address: installation.address, apiKey: reader });
    const { status, body } = await limited.send('POST', '/api/v2/mailboxes', { mailbox: erin });
    assert.equal(status, 403);
    assertGolden('warmy', 'error', body);
  });

  it('400 for broken JSON, 415 for another type', async () => {
    const send = (type: string, body: string) =>
      installation.call('POST', '/api/v2/mailboxes', body, { 'content-type': type });
    assert.equal((await send('application/json', '{"mailbox":')).status, 400);
    assert.equal((await send('text/csv', 'a,b')).status, 415);
    assert.equal((await send('application/json', JSON.stringify({ x: 'x'.repeat(70_000) }))).status, 413);
  });

  it('422 for pages that are none', async () => {
    for (const query of ['page=0', 'per_page=-1', 'page=x', 'sorting[email]=up']) {
      assert.equal((await client.send('GET', `/api/v2/mailboxes?${query}`)).status, 422, query);
    }
  });
});

describe('a mailbox of another workspace', () => {
  it('is not found, and connects to both workspaces when both have tokens', async () => {
    const id = Number(memberOf(memberOf((await post(erin)).body, 'data'), 'id'));
    const other = await installation.addWorkspace('Other');
    const theirs = warmyClient({ address: installation.address, apiKey: other.apiKey });
    assert.equal((await theirs.send('GET', `/api/v2/mailboxes/${id}`)).status, 404);
    assert.equal((await theirs.send('DELETE', `/api/v2/mailboxes/${id}`)).status, 404);
    const own = await theirs.send('POST', '/api/v2/mailboxes', {
      mailbox: await outlookMailbox(installation, { login: 'erin@contoso.test' }),
    });
    assert.equal(own.status, 201, JSON.stringify(own.body));
    assert.equal((await client.send('GET', `/api/v2/mailboxes/${id}`)).status, 200);
  });

  it('cannot be changed by credentials in a PUT, nor its state by an unknown word', async () => {
    const id = Number(memberOf(memberOf((await post(erin)).body, 'data'), 'id'));
    const refused: [string, Record<string, unknown>][] = [
      ['', { refresh_token: 'other' }],
      ['', { email: 'frank@contoso.test' }],
      ['', { setting_attributes: 'fast' }],
      ['/update_state', { state: 'explode!' }],
      ['/update_state', {}],
      ['/update_state', { state: 'pause!' }],
      ['/change_tariff_plan', { tariff_plan_type_id: 99 }],
      ['/change_tariff_plan', {}],
    ];
    for (const [path, mailbox] of refused) {
      const { status, body } = await client.send('PUT', `/api/v2/mailboxes/${id}${path}`, { mailbox });
      assert.equal(status, 422, `${path} ${JSON.stringify(body)}`);
    }
  });
});
