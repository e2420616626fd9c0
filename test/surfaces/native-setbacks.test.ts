// Connect sessions that come back without a mailbox and go on: what the API says of each setback, who is asked to act,
// the caller's confirmation, return URLs, and links for customers.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { createBehaviour } from './native-providers.ts';
import {
  type Answer,
  depart,
  type Json,
  list,
  press,
  publicUrl,
  record,
  startWorld,
  type TestWorkspace,
  text,
  type World,
} from './native-world.ts';

const returnUrl = 'https://app.example.com/mailboxes/done';

let world: World;
let workspace: TestWorkspace;
let stranger: TestWorkspace;
before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme Sales');
  stranger = await world.addWorkspace('Stranger');
  await workspace.call('POST', '/v1/oauth-clients', {
    provider: 'microsoft',
    name: 'Entra',
    client_id: 'entra',
    client_secret: 'x',
  });
  const set = await workspace.call('PATCH', '/v1/settings', { return_urls: ['https://app.example.com/'] });
  assert.equal(set.status, 200, set.text);
});
after(() => world.close());
afterEach(() => {
  const { exchanging, unticked, person } = createBehaviour();
  Object.assign(world.behaviour, { exchanging, unticked, person });
});

const google = { provider: 'google' };
const microsoft = { provider: 'microsoft' };
const read = async (session: Json): Promise<Json> =>
  (await workspace.call('GET', `/v1/connect-sessions/${text(session.id)}`)).body;

/** One way to the provider and back. */
async function oneTry(url: string): Promise<void> {
  const { callback, cookie } = await press(world, url);
  await world.app.inject({ url: callback, headers: { cookie } });
}

async function firstTry(request: Json): Promise<{ session: Json; url: string }> {
  const { callback, cookie, session, url } = await depart(world, workspace, request);
  await world.app.inject({ url: callback, headers: { cookie } });
  return { session, url };
}

const fieldsOf = ({ status, body }: Answer): string[] => {
  assert.deepEqual([status, body.code], [400, 'invalid_request'], JSON.stringify(body));
  return list(body.fields).map(({ field, message }) => `${field} ${message}`);
};

const mailScope = 'https://mail.google.com/';
const grace = { email: 'grace@example.com', subject: 'grace', name: 'Grace', isManaged: true };

const cases = [
  {
    status: 'insufficient_scope',
    code: 'scope_missing',
    request: google,
    behaviour: { unticked: [mailScope] },
    actor: 'mailbox_owner',
    missing: [mailScope],
  },
  {
    status: 'wrong_mailbox',
    code: 'wrong_mailbox',
    request: { ...google, expected_email: 'ada@example.com' },
    behaviour: { person: grace },
    actor: 'mailbox_owner',
    missing: [],
  },
  {
    status: 'waiting_for_admin',
    code: 'admin_consent_required',
    request: microsoft,
    behaviour: { exchanging: 'admin_needed' },
    actor: 'mail_administrator',
    missing: [],
  },
  {
    status: 'declined',
    code: 'access_denied',
    request: google,
    behaviour: { exchanging: 'denied' },
    actor: 'mailbox_owner',
    missing: [],
  },
] as const;

describe('a session that meets a setback', () => {
  for (const { status, code, request, behaviour, actor, missing } of cases) {
    it(`${status} waits, says why and who must act, and connects with the same link`, async () => {
      Object.assign(world.behaviour, behaviour);
      const { session, url } = await firstTry(request);
      const met = await read(session);
      assert.deepEqual([met.status, met.error, met.finished_at], [status, null, null]);
      const { at, verdict, provider, ...setback } = record(met.setback);
      assert.deepEqual(setback, { status, missing_scopes: missing });
      assert.ok(Date.parse(text(at)) >= Date.parse(text(met.created_at)));
      assert.deepEqual([record(verdict).code, record(verdict).actor], [code, actor]);
      const isProvidersWord = 'exchanging' in behaviour;
      assert.equal(
        provider === null ? null : record(provider).correlation_id,
        isProvidersWord ? 'c0ffee' : null,
      );

      const { exchanging, unticked, person } = createBehaviour();
      Object.assign(world.behaviour, { exchanging, unticked, person });
      await oneTry(url);
      const connected = await read(session);
      assert.deepEqual([connected.status, connected.setback], ['connected', null]);
      await workspace.call('DELETE', `/v1/mailboxes/${text(connected.mailbox_id)}`);
    });

    it(`${status} ends the session where it may not be tried again`, async () => {
      Object.assign(world.behaviour, behaviour);
      const { session } = await firstTry({ ...request, is_retryable: false });
      const over = await read(session);
      assert.deepEqual([over.status, over.setback, record(over.error).code], ['failed', null, code]);
      assert.deepEqual(record(over.error).missing_scopes, missing);
    });
  }

  it('does not tell the workspace with which account somebody signed in by mistake', async () => {
    world.behaviour.person = grace;
    const { session } = await firstTry({ ...google, expected_email: 'ada@example.com' });
    const { text: shown } = await workspace.call('GET', `/v1/connect-sessions/${text(session.id)}`);
    assert.ok(!shown.includes('grace'), shown);
  });

  it('that expires says that it expired, and no longer what it waited for', async () => {
    world.behaviour.exchanging = 'denied';
    const { session } = await firstTry(google);
    world.wait(25 * 3_600_000);
    const over = await read(session);
    assert.deepEqual(
      [over.status, over.setback, record(over.error).code],
      ['expired', null, 'session_expired'],
    );
  });

  it('ends a long poll', async () => {
    const { session, url } = await depart(world, workspace, google);
    world.behaviour.exchanging = 'denied';
    const waiting = workspace.call('GET', `/v1/connect-sessions/${text(session.id)}?wait=55`);
    const started = performance.now();
    await oneTry(url);
    assert.equal((await waiting).body.status, 'declined');
    assert.ok(performance.now() - started < 40_000, 'long before the 55 seconds are over');
  });
});

describe('a long poll that says which status it knows', () => {
  const statusOf = async (session: Record<string, unknown>, query: string) => {
    const { status, body } = await workspace.call('GET', `/v1/connect-sessions/${text(session.id)}?${query}`);
    return status === 200 ? body.status : [status, body.code];
  };

  it('is answered at once when that changed since it asked last', async () => {
    const { session, url } = await depart(world, workspace, google);
    world.behaviour.exchanging = 'denied';
    await oneTry(url);
    const started = performance.now();
    assert.equal(await statusOf(session, 'wait=55&known_status=pending'), 'declined');
    assert.ok(performance.now() - started < 40_000, 'long before the 55 seconds are over');
  });

  it('waits while it is still so, however it came to that', async () => {
    const { session, url } = await depart(world, workspace, google);
    world.behaviour.exchanging = 'denied';
    await oneTry(url);
    const waiting = statusOf(session, 'wait=55&known_status=declined');
    await workspace.call('DELETE', `/v1/connect-sessions/${text(session.id)}`);
    assert.equal(await waiting, 'cancelled');
    const started = performance.now();
    const other = await depart(world, workspace, google);
    assert.equal(await statusOf(other.session, 'wait=1&known_status=pending'), 'pending');
    assert.ok(performance.now() - started >= 900);
  });

  it('does not wait for a session that is over, and refuses a status that there is not', async () => {
    const { session } = await depart(world, workspace, google);
    await workspace.call('DELETE', `/v1/connect-sessions/${text(session.id)}`);
    assert.equal(await statusOf(session, 'wait=55&known_status=cancelled'), 'cancelled');
    const refused = await statusOf(session, 'wait=1&known_status=sleepy');
    assert.deepEqual(refused, [400, 'invalid_request']);
  });
});

describe('the link for an administrator', () => {
  it('is there for every open session at Microsoft, before anybody was turned away', async () => {
    const { body } = await workspace.call('POST', '/v1/connect-sessions', microsoft);
    assert.equal(body.status, 'pending');
    assert.ok(text(body.admin_consent_url).startsWith(`${publicUrl}/admin-consent/`));
    await workspace.call('DELETE', `/v1/connect-sessions/${text(body.id)}`);
    assert.equal((await read(body)).admin_consent_url, null);
  });

  it('is not there at Google', async () => {
    const { body } = await workspace.call('POST', '/v1/connect-sessions', google);
    assert.equal(body.admin_consent_url, null);
  });

  it('reopens a waiting session when the administrator has approved, and says when', async () => {
    world.behaviour.exchanging = 'admin_needed';
    const { session } = await firstTry(microsoft);
    const waiting = await read(session);
    const token = new URL(text(waiting.admin_consent_url)).pathname.split('/').at(-1) ?? '';
    const { authorizationUrl } = await world.core.adminConsents.depart(token);
    const state = new URL(authorizationUrl).searchParams.get('state') ?? '';
    const before = await read(session);
    assert.deepEqual([before.status, before.admin_consented_at], ['waiting_for_admin', null]);
    await world.core.adminConsents.arrive({
      oauthClientId: text(session.oauth_client_id),
      parameters: new URLSearchParams({ state, admin_consent: 'True' }),
    });
    const approved = await read(session);
    assert.deepEqual([approved.status, approved.setback], ['pending', null]);
    assert.ok(Date.parse(text(approved.admin_consented_at)) > 0);
    const { body } = await workspace.call('GET', '/v1/events?limit=100');
    const told = list(body.items).filter(({ object_id }) => object_id === session.id);
    assert.deepEqual(
      told.map(({ type }) => type),
      ['connect_session.waiting_for_admin', 'connect_session.admin_consented'],
    );
  });

  it('is shown to the workspace of the session alone', async () => {
    const { body } = await workspace.call('POST', '/v1/connect-sessions', microsoft);
    const foreign = await stranger.call('GET', `/v1/connect-sessions/${text(body.id)}`);
    assert.equal(foreign.status, 404);
    assert.ok(!foreign.text.includes('admin-consent'));
  });
});

describe('a session that has to be confirmed', () => {
  const request = { ...google, completion: 'confirm', return_url: returnUrl };

  /** As far as the provider's yes; the code is what the browser carries to the return URL. */
  async function held(): Promise<{ path: string; code: string; session: Json }> {
    const { callback, cookie, session } = await depart(world, workspace, request);
    const page = await world.app.inject({ url: callback, headers: { cookie } });
    const parameters = new URL(callback, publicUrl).searchParams;
    const arrival = await world.core.authorization.arrive({
      oauthClientId: text(session.oauth_client_id),
      parameters,
      browserToken: cookie.split('=')[1] ?? '',
      host: null,
    });
    const code = arrival.session ? arrival.confirmationCode : null;
    assert.ok(code, page.body);
    return { path: `/v1/connect-sessions/${text(session.id)}`, code, session };
  }

  it('connects nothing before the code has come from the caller', async () => {
    const { path, code, session } = await held();
    const waiting = await read(session);
    assert.deepEqual(
      [waiting.status, waiting.mailbox_id, waiting.email],
      ['waiting_for_confirmation', null, null],
    );
    const { at, ...setback } = record(waiting.setback);
    assert.ok(at);
    assert.deepEqual(setback, {
      status: 'waiting_for_confirmation',
      verdict: null,
      missing_scopes: [],
      provider: null,
    });
    assert.deepEqual(list((await workspace.call('GET', '/v1/mailboxes')).body.items), []);
    assert.ok(!JSON.stringify(waiting).includes(code));

    const confirmed = await workspace.call('POST', `${path}/confirm`, { code });
    assert.deepEqual([confirmed.status, confirmed.body.status], [200, 'connected'], confirmed.text);
    const mailbox = await workspace.call('GET', `/v1/mailboxes/${text(confirmed.body.mailbox_id)}`);
    assert.equal(mailbox.body.email, 'ada@example.com');
    const again = await workspace.call('POST', `${path}/confirm`, { code });
    assert.deepEqual([again.status, again.body.mailbox_id], [200, confirmed.body.mailbox_id]);
    await workspace.call('DELETE', `/v1/mailboxes/${text(confirmed.body.mailbox_id)}`);
  });

  it('goes on waiting after a code that is not its own, of another session or none', async () => {
    const { path, session } = await held();
    const other = await held();
    for (const code of [other.code, 'guessed']) {
      const answer = await workspace.call('POST', `${path}/confirm`, { code });
      assert.deepEqual([answer.status, answer.body.code], [409, 'confirmation_refused']);
    }
    assert.equal((await read(session)).status, 'waiting_for_confirmation');
  });

  it('is confirmed by its own workspace alone', async () => {
    const { path, code, session } = await held();
    const foreign = await stranger.call('POST', `${path}/confirm`, { code });
    assert.deepEqual([foreign.status, foreign.body.code], [404, 'not_found']);
    assert.equal((await read(session)).status, 'waiting_for_confirmation');
  });

  it('that nobody came back to has nothing to confirm', async () => {
    const { body } = await workspace.call('POST', '/v1/connect-sessions', request);
    const answer = await workspace.call('POST', `/v1/connect-sessions/${text(body.id)}/confirm`, {
      code: 'x',
    });
    assert.deepEqual([answer.status, answer.body.code], [410, 'connect_session_over']);
    const missing = await workspace.call('POST', `/v1/connect-sessions/${text(body.id)}/confirm`, {});
    assert.deepEqual(fieldsOf(missing), ['/code is required']);
  });
});

describe('a new session', () => {
  const create = (body: Json) => workspace.call('POST', '/v1/connect-sessions', body);

  it('says what it was asked for', async () => {
    const { status, body } = await create({
      ...microsoft,
      profile: 'send_only',
      shared_mailbox: 'Sales@Example.com',
      completion: 'redirect',
      return_url: `${returnUrl}?order=7`,
      is_retryable: false,
    });
    assert.equal(status, 201);
    assert.deepEqual(
      [body.profile, body.shared_mailbox, body.completion, body.return_url, body.is_retryable],
      ['send_only', 'sales@example.com', 'redirect', `${returnUrl}?order=7`, false],
    );
  });

  for (const [what, body, fields] of [
    [
      'a return URL that was not entered',
      { ...google, return_url: 'https://evil.example.com/' },
      ["/return_url is not among the workspace's return URLs"],
    ],
    [
      'a return URL that is none',
      { ...google, return_url: 'done' },
      [
        '/return_url must be a URI (in ASCII: a host with other letters begins with xn--, as xn--bcher-kva.example) or null',
      ],
    ],
    [
      'a return URL that runs script',
      { ...google, return_url: 'javascript:alert(1)' },
      ["/return_url is not among the workspace's return URLs"],
    ],
    [
      'a completion that needs a return URL without one',
      { ...google, completion: 'confirm' },
      ['/return_url is required for this completion'],
    ],
    [
      'an unknown completion',
      { ...google, completion: 'popup' },
      ['/completion must be one of: result_page, redirect, confirm'],
    ],
    [
      'an unknown profile',
      { ...google, profile: 'everything' },
      ['/profile must be one of: full, api, send_only'],
    ],
    [
      'a shared mailbox at Google',
      { ...google, shared_mailbox: 'sales@example.com' },
      ['/shared_mailbox belongs to Microsoft only'],
    ],
    [
      'a shared mailbox that is no address',
      { ...microsoft, shared_mailbox: 'sales' },
      ['/shared_mailbox is not of the form that is needed here'],
    ],
    ['a word for a switch', { ...google, is_retryable: 'no' }, ['/is_retryable must be boolean']],
  ] as const) {
    it(`with ${what} is refused with the field named`, async () => {
      assert.deepEqual(fieldsOf(await create(body)), fields);
    });
  }

  it('without an address, for an OAuth client that acts without a sign-in, is refused', async () => {
    const client = await workspace.call('POST', '/v1/oauth-clients', {
      provider: 'google',
      name: 'Service account',
      grant_type: 'jwt_bearer',
      credential: { kind: 'service_account_key', value: '{}' },
    });
    const answer = await create({ ...google, oauth_client_id: client.body.id });
    assert.deepEqual(fieldsOf(answer), [
      '/expected_email is required with an OAuth client that acts without a sign-in',
    ]);
  });
});

describe('a link for a customer', () => {
  it('leads to a page of ours for the customer, and ends when it was said to', async () => {
    const made = await workspace.call('POST', '/v1/customer-links', {
      customer: 'acme & söhne',
      profile: 'api',
      expires_in_seconds: 3600,
    });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(Object.keys(made.body), ['url', 'expires_at']);
    const seconds = (Date.parse(text(made.body.expires_at)) - world.core.now()) / 1000;
    assert.ok(seconds > 3590 && seconds <= 3600, String(seconds));
    const { origin, pathname } = new URL(text(made.body.url));
    assert.deepEqual([origin, pathname.split('/')[1]], [publicUrl, 'customers']);
    const page = await world.core.customerPages.page(pathname.split('/')[2] ?? '');
    assert.deepEqual(
      [page?.customer, page?.profile, page?.workspace.id],
      ['acme & söhne', 'api', workspace.id],
    );
  });

  it('is good for thirty days when nobody says how long', async () => {
    const { body } = await workspace.call('POST', '/v1/customer-links', { customer: 'acme' });
    const days = (Date.parse(text(body.expires_at)) - world.core.now()) / 86_400_000;
    assert.ok(days > 29.9 && days <= 30, String(days));
  });

  it('is of the workspace of the key, and needs one', async () => {
    const { body } = await stranger.call('POST', '/v1/customer-links', { customer: 'acme' });
    const page = await world.core.customerPages.page(new URL(text(body.url)).pathname.split('/')[2] ?? '');
    assert.equal(page?.workspace.id, stranger.id);
    const none = await world.callAs(world.installationKey)('POST', '/v1/customer-links', {
      customer: 'acme',
    });
    assert.deepEqual([none.status, none.body.code], [403, 'permission_denied']);
  });

  for (const [what, body, fields] of [
    ['no customer', {}, ['/customer is required']],
    ['an empty customer', { customer: '' }, ['/customer must not be empty']],
    [
      'an unknown profile',
      { customer: 'acme', profile: 'imap' },
      ['/profile must be one of: full, api, send_only'],
    ],
    [
      'too short a life',
      { customer: 'acme', expires_in_seconds: 59 },
      ['/expires_in_seconds must be at least 60'],
    ],
    [
      'too long a life',
      { customer: 'acme', expires_in_seconds: 366 * 86_400 + 1 },
      ['/expires_in_seconds must be at most 31622400'],
    ],
  ] as const) {
    it(`for ${what} is refused with the field named`, async () => {
      assert.deepEqual(fieldsOf(await workspace.call('POST', '/v1/customer-links', body)), fields);
    });
  }
});
