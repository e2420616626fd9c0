// Instantly's OAuth API as its clients see it, against the whole gateway and the sandbox: every reply field by
// field, every way a session can end, and who may read the result how often.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { approve, type Choice } from '../../sandbox/end-user.ts';
import type { SandboxProvider } from '../../sandbox/index.ts';
import { systemClock } from '../../src/system.ts';
import { assertGolden } from '../support/golden.ts';
import { type Call, type Installation, startInstallation } from '../support/installation.ts';

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const statusPath = '/api/v2/oauth/session/status';

let installation: Installation;
let call: Call;
/** Milliseconds by which the gateway's clock is ahead. */
let ahead = 0;

before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  installation = await startInstallation({ substitutes: { clock } });
  call = installation.call;
});
after(() => installation.close());
afterEach(() => {
  ahead = 0;
});

async function begin(provider: SandboxProvider, as: Call = call) {
  const { status, body, text } = await as('POST', `/api/v2/oauth/${provider}/init`);
  assert.equal(status, 200, text);
  return { id: String(body.session_id), url: String(body.auth_url) };
}

/** Init, consent, first status read. */
async function result(provider: SandboxProvider, choice: Choice, as: Call = call) {
  const { id, url } = await begin(provider, as);
  await approve(url, choice);
  const { status, body, text } = await as('GET', `${statusPath}/${id}`);
  assert.equal(status, 200, text);
  return { id, body };
}

const sessionNotFound = { statusCode: 404, error: 'Not Found', message: 'Session not found' };

async function assertNotFound(id: string, as: Call = call): Promise<void> {
  const { status, body } = await as('GET', `${statusPath}/${id}`);
  assert.deepEqual({ status, body }, { status: 404, body: sessionNotFound });
}

describe('init', () => {
  for (const provider of ['google', 'microsoft'] as const) {
    it(`answers for ${provider} with a session id, a link to this server and an end in ten minutes`, async () => {
      const begun = Date.now();
      const { status, headers, body } = await call('POST', `/api/v2/oauth/${provider}/init`);
      assert.equal(status, 200);
      assert.match(headers.get('content-type') ?? '', /^application\/json\b/);
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.deepEqual(Object.keys(body), ['session_id', 'auth_url', 'expires_at']);
      assert.match(String(body.session_id), uuidForm);
      assert.ok(String(body.auth_url).startsWith(`${installation.address}/connect/`));
      assert.match(String(body.expires_at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const lifeSeconds = (Date.parse(String(body.expires_at)) - begun) / 1000;
      assert.ok(lifeSeconds >= 600 && lifeSeconds < 605, `${lifeSeconds} s`);
    });
  }

  const json = { 'content-type': 'application/json' };
  const variants: [string, string | undefined, Record<string, string>][] = [
    ['no body and no type', undefined, {}],
    ['a JSON type and no body', undefined, json],
    [
      'a JSON type with a charset and an empty body',
      '',
      { 'content-type': 'application/json; charset=utf-8' },
    ],
    ['an empty object', '{}', json],
    ['fields that it does not know', '{"redirect":"https://example.test","n":[1]}', json],
    ['an empty form', '', { 'content-type': 'application/x-www-form-urlencoded' }],
  ];
  for (const [name, body, headers] of variants) {
    it(`takes ${name}`, async () => {
      const answer = await fetch(`${installation.address}/api/v2/oauth/google/init`, {
        method: 'POST',
        headers: { authorization: `Bearer ${installation.apiKey}`, ...headers },
        // Bytes, so that fetch adds no type of its own.
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
      });
      assert.equal(answer.status, 200, await answer.text());
    });
  }

  it('takes a trailing slash and unknown query parameters, also below /compat/instantly', async () => {
    for (const path of ['/api/v2', '/compat/instantly/api/v2']) {
      const { status, body } = await call('POST', `${path}/oauth/google/init/?limit=100&x=1`);
      assert.equal(status, 200);
      const answer = await call('GET', `${path}/oauth/session/status/${body.session_id}/?x=1`);
      assert.deepEqual([answer.status, answer.body], [200, { status: 'pending' }]);
    }
  });
});

describe('the status of a session', () => {
  it('is pending, as often as it is asked for, until the mailbox owner is done', async () => {
    const { id } = await begin('google');
    for (let poll = 0; poll < 3; poll++) {
      const { status, body } = await call('GET', `${statusPath}/${id}`);
      assert.deepEqual([status, body], [200, { status: 'pending' }]);
    }
  });

  const accounts = [
    ['google', 'bob@corp.test', 'Bob Corp'],
    ['microsoft', 'erin@contoso.test', 'Erin Contoso'],
    ['microsoft', 'dave@outlook.test', 'Dave Outlook'],
  ] as const;
  for (const [provider, email, name] of accounts) {
    it(`is success with address, name and account id for ${email}, once`, async () => {
      const { id, body } = await result(provider, { login: email });
      assert.deepEqual(body, { status: 'success', email, name, account_id: email });
      await assertNotFound(id);
    });
  }

  it('has an empty name when the provider names none', async () => {
    installation.sandbox.microsoft.addUser({ login: 'nameless@contoso.test' });
    const { body } = await result('microsoft', { login: 'nameless@contoso.test' });
    assert.equal(body.status, 'success');
    assert.equal(body.name, '');
  });

  it('is success again for a mailbox that this workspace has: it is reconnected', async () => {
    const first = await result('google', { login: 'bob@corp.test' });
    const second = await result('google', { login: 'bob@corp.test' });
    assert.deepEqual(first.body, second.body);
  });

  it('gives the result to one of many who ask at once', async () => {
    const { id, url } = await begin('google');
    await approve(url, { login: 'bob@corp.test' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => call('GET', `${statusPath}/${id}`)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(7).fill(404)]);
  });

  it('is not used up by a HEAD, nor by another workspace', async () => {
    const other = await installation.addWorkspace('Stranger');
    const { id, url } = await begin('google');
    await assertNotFound(id, other.call);
    await approve(url, { login: 'bob@corp.test' });
    await assertNotFound(id, other.call);
    assert.equal((await call('HEAD', `${statusPath}/${id}`)).status, 405);
    assert.equal((await call('GET', `${statusPath}/${id}`)).body.status, 'success');
  });

  it('is readable with any key of the workspace that has the scope', async () => {
    const { id } = await begin('google');
    const reader = installation.callAs(await installation.issueKey(['accounts:read']));
    assert.equal((await reader('GET', `${statusPath}/${id.toUpperCase()}`)).body.status, 'pending');
  });

  it('is not found for ids that were never given out, and for sessions of the native API', async () => {
    await assertNotFound('550e8400-e29b-41d4-a716-446655440000');
    await assertNotFound('api_session');
    const native = await call('POST', '/v1/connect-sessions', { provider: 'google' });
    await assertNotFound(String(native.body.id));
    assert.equal((await call('GET', `/v1/connect-sessions/${native.body.id}`)).status, 200);
  });

  it('is expired after ten minutes, stays so for a day, and is gone after that', async () => {
    const { id } = await begin('microsoft');
    ahead = 599_000;
    assert.equal((await call('GET', `${statusPath}/${id}`)).body.status, 'pending');
    ahead = 601_000;
    for (let poll = 0; poll < 2; poll++) {
      const { status, body } = await call('GET', `${statusPath}/${id}`);
      assert.deepEqual([status, body], [200, { status: 'expired' }]);
    }
    ahead = 600_000 + 25 * 3_600_000;
    await installation.gateway.core.retention.pruneConnectSessions();
    await assertNotFound(id);
  });
});

describe('a session that ends without a mailbox', () => {
  async function assertError(actual: Promise<{ id: string; body: unknown }>, expected: [string, string]) {
    const { id, body } = await actual;
    assert.deepEqual(body, { status: 'error', error: expected[0], error_description: expected[1] });
    await assertNotFound(id);
  }

  it('says account_exists when another workspace has the mailbox', async () => {
    const other = await installation.addWorkspace('Other');
    await result('google', { login: 'gina@corp.test' });
    await assertError(result('google', { login: 'gina@corp.test' }, other.call), [
      'account_exists',
      'Account already exists in another workspace',
    ]);
  });

  it('says account_not_allowed for a personal Gmail account', async () => {
    await assertError(result('google', { login: 'alice@gmail.test' }), [
      'account_not_allowed',
      'Non GSuite accounts are not allowed',
    ]);
  });

  it('says access_denied when the person cancels at the provider', async () => {
    await assertError(result('microsoft', { login: 'frank@contoso.test', deny: true }), [
      'access_denied',
      'The sign-in was cancelled on the consent page.',
    ]);
  });

  it('says access_denied when a needed permission is left unticked', async () => {
    installation.sandbox.google.addUser({ login: 'picky@corp.test', hostedDomain: 'corp.test' });
    await assertError(result('google', { login: 'picky@corp.test', untick: ['https://mail.google.com/'] }), [
      'access_denied',
      'A permission that this service needs was left unticked on the consent page.',
    ]);
  });

  it('says server_error when the provider fails, and nothing about how', async () => {
    installation.sandbox.microsoft.configure({ fault: { on: 'token', status: 503 } });
    const ended = result('microsoft', { login: 'frank@contoso.test' });
    await assertError(ended, ['server_error', 'The provider does not answer at the moment.']);
    installation.sandbox.microsoft.configure({ fault: null });
  });

  it('says access_denied when the workspace cancels it', async () => {
    const { id } = await begin('google');
    const { core } = installation.gateway;
    await core.connectSessions.cancel(await core.apiKeys.authenticate(installation.apiKey), id);
    const { body } = await call('GET', `${statusPath}/${id}`);
    assert.equal(body.error, 'access_denied');
    await assertNotFound(id);
  });
});

it('no reply holds a secret of a provider', async () => {
  const { id, url } = await begin('google');
  await approve(url, { login: 'bob@corp.test' });
  const { text } = await call('GET', `${statusPath}/${id}`);
  for (const secret of installation.sandbox.mintedSecrets()) assert.ok(!text.includes(secret));
});

it('every request that the guide prints, sent as printed, gets the shape that it prints', async () => {
  const headers = {
    Authorization: `Bearer ${installation.apiKey}`,
    'Content-Type': 'application/json',
  };
  const post = async (path: string): Promise<Record<string, unknown>> =>
    Object(await (await fetch(`${installation.address}${path}`, { method: 'POST', headers })).json());
  const read = async (id: unknown): Promise<unknown> => {
    const authorization = { Authorization: headers.Authorization };
    const answer = await fetch(`${installation.address}${statusPath}/${id}`, { headers: authorization });
    return answer.json();
  };
  for (const provider of ['google', 'microsoft'] as const) {
    const begun = await post(`/api/v2/oauth/${provider}/init`);
    assertGolden('instantly', 'init', begun);
    assertGolden('instantly', 'status-pending', await read(begun.session_id));
    const login = provider === 'google' ? 'bob@corp.test' : 'erin@contoso.test';
    await approve(String(begun.auth_url), { login });
    assertGolden('instantly', 'status-success', await read(begun.session_id));
    assertGolden('instantly', 'session-not-found', await read(begun.session_id));
  }
  const refused = await post('/api/v2/oauth/google/init');
  await approve(String(refused.auth_url), { login: 'bob@corp.test', deny: true });
  assertGolden('instantly', 'status-error', await read(refused.session_id));
  const late = await post('/api/v2/oauth/google/init');
  ahead = 601_000;
  assertGolden('instantly', 'status-expired', await read(late.session_id));
  const stranger = await fetch(`${installation.address}/api/v2/oauth/google/init`, { method: 'POST' });
  assertGolden('instantly', 'unauthorized', await stranger.json());
});
