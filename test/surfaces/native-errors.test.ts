// How the native API refuses: every code that HTTP can produce, what stands in its document, and what never does.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { apiKeyScopes } from '../../src/core/index.ts';
import {
  type Answer,
  connect,
  depart,
  list,
  publicUrl,
  record,
  startWorld,
  type TestWorkspace,
  text,
  type World,
} from './native-world.ts';

let world: World;
let workspace: TestWorkspace;
before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme Sales');
});
after(() => world.close());
afterEach(() => {
  Object.assign(world.behaviour, { exchanging: 'granting', refreshing: 'rotating', probing: 'ok' });
});

const unknownId = '019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10';

function assertProblem({ status, headers, body }: Answer, expected: { status: number; code: string }): void {
  assert.deepEqual([status, body.code], [expected.status, expected.code], JSON.stringify(body));
  assert.equal(headers['content-type'], 'application/problem+json');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(body.type, `${publicUrl}/docs/errors/${expected.code}`);
  assert.equal(body.status, status);
  assert.equal(body.request_id, headers['x-request-id']);
  assert.ok(text(body.title) && text(body.detail));
  assert.ok(!JSON.stringify(body).includes('stack'));
}

const fieldsOf = ({ body }: Answer) => list(body.fields).map(({ field, message }) => `${field} ${message}`);

describe('a request of the wrong form', () => {
  const refused = (what: string, run: () => Promise<Answer>, fields: string[]) =>
    it(`${what} is refused with the fields named`, async () => {
      const answer = await run();
      assertProblem(answer, { status: 400, code: 'invalid_request' });
      assert.deepEqual(fieldsOf(answer), fields);
    });
  const create = (body: unknown) => () => workspace.call('POST', '/v1/connect-sessions', body);

  refused('an unknown member', create({ provider: 'google', 'redirect/url': 'x' }), [
    '/redirect~1url is not known here',
  ]);
  refused('a number for a text', create({ provider: 'google', customer: 7 }), [
    '/customer must be string or null',
  ]);
  refused('a text for a boolean', create({ provider: 'google', exclusive: 'true' }), [
    '/exclusive must be boolean',
  ]);
  refused('a value outside of its list', create({ provider: 'yahoo' }), [
    '/provider must be one of: google, microsoft or null',
  ]);
  refused('an address that is none', create({ provider: 'google', expected_email: 'ada' }), [
    '/expected_email is not of the form that is needed here',
  ]);
  refused('an id that is none in a body', create({ mailbox_id: '7' }), [
    '/mailbox_id must be an id (UUID) or null',
  ]);
  refused('an empty body', () => workspace.call('POST', '/v1/connect-sessions'), [
    '/provider is required unless mailbox_id is given',
  ]);
  refused('a body that is no object', create('[1]'), [' must be a JSON object']);
  refused('a missing body', () => workspace.call('POST', '/v1/api-keys'), [' must be a JSON object']);
  refused('several mistakes', () => workspace.call('POST', '/v1/api-keys', { scopes: ['x', 'y'], nam: 1 }), [
    '/name is required',
    '/nam is not known here',
    ...['/scopes/0', '/scopes/1'].map((field) => `${field} ${scopesMessage()}`),
  ]);
  refused('a change of nothing', () => workspace.call('PATCH', `/v1/mailboxes/${unknownId}`, {}), [
    ' must have at least one member',
  ]);
  refused('a zero byte', create({ provider: 'google', customer: 'a\u0000b' }), [
    '/customer is not of the form that is needed here',
  ]);
  refused(
    'a zero byte in the name of a note',
    () => workspace.call('PATCH', `/v1/mailboxes/${unknownId}`, { metadata: { 'a\u0000': 'b' } }),
    ['/metadata is not of the form that is needed here', '/metadata/a\u0000 is not a valid name'],
  );
  refused('an unknown parameter', () => workspace.call('GET', '/v1/mailboxes?page=2'), [
    'page is not known here',
  ]);
  refused('a parameter twice', () => workspace.call('GET', '/v1/mailboxes?limit=1&limit=2'), [
    'limit must be integer',
  ]);
  refused('a limit that is no number', () => workspace.call('GET', '/v1/mailboxes?limit=ten'), [
    'limit must be integer',
  ]);
  refused('a limit that is too high', () => workspace.call('GET', '/v1/mailboxes?limit=101'), [
    'limit must be at most 100',
  ]);
  refused('a place in front of a list', () => workspace.call('GET', '/v1/mailboxes?skip=-1'), [
    'skip must be at least 0',
  ]);
  refused('a place too far behind in a list', () => workspace.call('GET', '/v1/mailboxes?skip=1000001'), [
    'skip must be at most 1000000',
  ]);
  refused('a place that is no whole number', () => workspace.call('GET', '/v1/mailboxes?skip=1.5'), [
    'skip must be integer',
  ]);
  refused(
    'a page by its place and by a cursor',
    () => workspace.call('GET', `/v1/mailboxes?skip=0&cursor=${unknownId}`),
    ['skip cannot go together with cursor'],
  );
  refused('a place where a list has none', () => workspace.call('GET', '/v1/events?skip=1'), [
    'skip is not known here',
  ]);
  refused('a cursor that is none', () => workspace.call('GET', '/v1/mailboxes?cursor=x'), [
    'cursor must be an id (UUID)',
  ]);
  refused(
    'an expiry in the past',
    () =>
      workspace.call('POST', '/v1/api-keys', {
        name: 'x',
        scopes: ['all'],
        expires_at: '2020-01-01T00:00:00Z',
      }),
    ['/expires_at must be in the future'],
  );
  refused(
    'a cloud that the provider has not',
    () =>
      workspace.call('POST', '/v1/oauth-clients', {
        provider: 'google',
        name: 'x',
        client_id: 'x',
        client_secret: 'x',
        cloud: 'moon',
      }),
    ['/cloud must be one of: default'],
  );
  refused(
    'a body where none is taken',
    () => workspace.call('POST', `/v1/mailboxes/${unknownId}/verify`, { now: true }),
    [' must be left out'],
  );

  it('broken JSON is refused as such', async () => {
    assertProblem(await workspace.call('POST', '/v1/api-keys', '{"name":'), {
      status: 400,
      code: 'invalid_request',
    });
  });

  for (const body of ['{"name":"x","__proto__":{"a":1}}', '{"name":"x","constructor":{"prototype":{}}}']) {
    it(`a poisoned prototype is refused: ${body}`, async () => {
      const answer = await world.callAs(world.installationKey)('POST', '/v1/workspaces', body);
      assertProblem(answer, { status: 400, code: 'invalid_request' });
    });
  }

  it('an empty body with a JSON content type is no body', async () => {
    const mailbox = await connect(world, workspace);
    const answer = await workspace.call('POST', `/v1/mailboxes/${text(mailbox.id)}/token`, '');
    assert.equal(answer.status, 200);
    const gone = await workspace.call('DELETE', `/v1/mailboxes/${text(mailbox.id)}`, '');
    assert.equal(gone.status, 200);
  });

  it('a body above 64 KiB is refused', async () => {
    const answer = await workspace.call('POST', '/v1/api-keys', { name: 'x'.repeat(66_000) });
    assertProblem(answer, { status: 413, code: 'body_too_large' });
  });

  it('a body that is not JSON is refused', async () => {
    const headers = { 'content-type': 'text/plain' };
    assertProblem(await workspace.call('POST', '/v1/api-keys', 'name=x', headers), {
      status: 415,
      code: 'unsupported_media_type',
    });
  });
});

function scopesMessage(): string {
  return `must be one of: ${apiKeyScopes.join(', ')}`;
}

describe('a caller without the right key', () => {
  it('gets a bare challenge without a key, and invalid_token with a wrong one', async () => {
    const none = await world.callAs(null)('GET', '/v1/mailboxes');
    assertProblem(none, { status: 401, code: 'unauthenticated' });
    assert.equal(none.headers['www-authenticate'], 'Bearer realm="mailgrant"');
    const wrong = await world.callAs('mg_wrong')('GET', '/v1/mailboxes');
    assertProblem(wrong, { status: 401, code: 'unauthenticated' });
    assert.match(String(wrong.headers['www-authenticate']), /error="invalid_token"/);
  });

  it('is refused before its request is looked at', async () => {
    assert.equal((await world.callAs(null)('POST', '/v1/api-keys', { wrong: 1 })).status, 401);
  });

  it('cannot give scopes that its key does not have', async () => {
    const call = world.callAs(await world.issueKey(workspace.id, ['api_keys:create']));
    const answer = await call('POST', '/v1/api-keys', { name: 'x', scopes: ['all'] });
    assertProblem(answer, { status: 403, code: 'permission_denied' });
    assert.match(String(answer.headers['www-authenticate']), /error="insufficient_scope"/);
  });

  it('a workspace key that names another workspace is refused, an unknown one is not found', async () => {
    const other = await world.addWorkspace('Other');
    const named = { 'mailgrant-workspace': other.id };
    assertProblem(await workspace.call('GET', '/v1/mailboxes', undefined, named), {
      status: 403,
      code: 'permission_denied',
    });
    const call = world.callAs(world.installationKey);
    for (const id of [unknownId, 'nonsense']) {
      const answer = await call('GET', '/v1/mailboxes', undefined, { 'mailgrant-workspace': id });
      assertProblem(answer, { status: 404, code: 'not_found' });
    }
  });
});

describe('what does not fit the state', () => {
  it('an unknown route is not found, with or without a key', async () => {
    for (const call of [workspace.call, world.callAs(null)]) {
      assertProblem(await call('GET', '/v1/nothing'), { status: 404, code: 'not_found' });
      assertProblem(await call('PUT', '/v1/mailboxes'), { status: 404, code: 'not_found' });
    }
  });

  it('a path id that is no id is not found', async () => {
    for (const id of ['7', unknownId.toUpperCase(), `urn:uuid:${unknownId}`, '%00']) {
      assertProblem(await workspace.call('GET', `/v1/mailboxes/${id}`), { status: 404, code: 'not_found' });
    }
  });

  it('a session that is over cannot be cancelled', async () => {
    const { body } = await workspace.call('POST', '/v1/connect-sessions', { provider: 'google' });
    const path = `/v1/connect-sessions/${text(body.id)}`;
    await workspace.call('DELETE', path);
    assertProblem(await workspace.call('DELETE', path), { status: 410, code: 'connect_session_over' });
  });

  it('an expired session says so, with the verdict', async () => {
    const { body } = await workspace.call('POST', '/v1/connect-sessions', { provider: 'google' });
    world.wait(601_000);
    const read = await workspace.call('GET', `/v1/connect-sessions/${text(body.id)}`);
    assert.equal(read.body.status, 'expired');
    assert.equal(record(read.body.error).code, 'session_expired');
  });

  it('a failed session holds the verdict, what was missing and the words of the provider', async () => {
    world.behaviour.exchanging = 'denied';
    const once = { provider: 'google', is_retryable: false };
    const { callback, cookie, session } = await depart(world, workspace, once);
    await world.app.inject({ url: callback, headers: { cookie } });
    const { body } = await workspace.call('GET', `/v1/connect-sessions/${text(session.id)}`);
    assert.equal(body.status, 'failed');
    const error = record(body.error);
    assert.equal(error.code, 'access_denied');
    assert.equal(error.actor, 'mailbox_owner');
    assert.deepEqual(error.missing_scopes, []);
    assert.deepEqual(record(error.provider), {
      http_status: 400,
      error: 'invalid_grant',
      suberror: null,
      description: 'Token has been expired or revoked.',
      error_codes: [70000],
      trace_id: null,
      correlation_id: 'c0ffee',
    });
  });

  it('no OAuth client, one of another provider, one in use', async () => {
    assertProblem(await workspace.call('POST', '/v1/connect-sessions', { provider: 'microsoft' }), {
      status: 409,
      code: 'oauth_client_missing',
    });
    const wrong = await workspace.call('POST', '/v1/connect-sessions', {
      provider: 'microsoft',
      oauth_client_id: workspace.oauthClientId,
    });
    assertProblem(wrong, { status: 400, code: 'invalid_request' });
    await connect(world, workspace);
    const kept = await workspace.call('DELETE', `/v1/oauth-clients/${workspace.oauthClientId}`);
    assertProblem(kept, { status: 409, code: 'oauth_client_in_use' });
  });
});

describe('a token that cannot be had', () => {
  async function tokenOf(refreshing: World['behaviour']['refreshing'], request: object = {}) {
    const own = await world.addWorkspace('Token test');
    const mailbox = await connect(world, own);
    world.wait(3_700_000);
    world.behaviour.refreshing = refreshing;
    const answer = await own.call('POST', `/v1/mailboxes/${text(mailbox.id)}/token`, request);
    return { answer, mailbox, own };
  }

  it('a revoked grant answers 409 with the verdict and a reconnect link', async () => {
    const { answer, mailbox } = await tokenOf('revoked');
    assertProblem(answer, { status: 409, code: 'needs_reauthorization' });
    assert.equal(answer.body.mailbox_id, mailbox.id);
    assert.equal(record(answer.body.verdict).heals_itself, false);
    assert.ok(text(answer.body.reconnect_url).startsWith(`${publicUrl}/reconnect/`));
    assert.deepEqual(record(answer.body.provider).error_codes, [70000]);
  });

  it('a refused OAuth client answers 409 and names it; then it is paused for all', async () => {
    const { answer, own } = await tokenOf('client_refused');
    assertProblem(answer, { status: 409, code: 'oauth_client_paused' });
    assert.equal(answer.body.oauth_client_id, own.oauthClientId);
    const client = (await own.call('GET', `/v1/oauth-clients/${own.oauthClientId}`)).body;
    assert.equal(client.status, 'paused');
    assert.equal(record(client.verdict).code, 'client_secret_expired');
    assertProblem(await own.call('POST', '/v1/connect-sessions', { provider: 'google' }), {
      status: 409,
      code: 'oauth_client_paused',
    });
    const repaired = await own.call('PATCH', `/v1/oauth-clients/${own.oauthClientId}`, {
      client_secret: 'new',
    });
    assert.deepEqual([repaired.body.status, repaired.body.verdict], ['active', null]);
  });

  for (const [refreshing, code, status, seconds] of [
    ['unreachable', 'provider_unavailable', 503, 5],
    ['rate_limited', 'provider_rate_limited', 503, 7],
    ['unreadable', 'provider_answer_unreadable', 502, 5],
  ] as const) {
    it(`a provider that is ${refreshing} answers ${code}, in whole seconds when to come back`, async () => {
      const { answer } = await tokenOf(refreshing);
      assertProblem(answer, { status, code });
      assert.equal(answer.headers['retry-after'], String(seconds));
      assert.equal(answer.body.retry_after_seconds, seconds);
    });
  }

  it('a refresh that another process holds too long answers refresh_timeout', async () => {
    const own = await world.addWorkspace('Token test');
    const id = text((await connect(world, own)).id);
    world.wait(3_700_000);
    const joined = await world.store.mailboxes.withGrant(id);
    const now = world.core.now();
    const lease = { owner: 'another process', now, until: now + 60_000 };
    assert.ok(joined && (await world.store.grants.claim(joined.grant.id, lease)));
    const answer = await own.call('POST', `/v1/mailboxes/${id}/token`);
    assertProblem(answer, { status: 503, code: 'refresh_timeout' });
    assert.equal(answer.headers['retry-after'], '2');
  });

  it('a disabled mailbox gives none and is not proved', async () => {
    const own = await world.addWorkspace('Token test');
    const path = `/v1/mailboxes/${text((await connect(world, own)).id)}`;
    assert.equal((await own.call('PATCH', path, { disabled: true })).body.status, 'disabled');
    for (const action of ['token', 'verify']) {
      assertProblem(await own.call('POST', `${path}/${action}`), { status: 409, code: 'mailbox_disabled' });
    }
    await own.call('PATCH', path, { disabled: false });
    assert.equal((await own.call('POST', `${path}/token`)).status, 200);
  });

  it('a resource that was not granted is refused, without a link that could not give it', async () => {
    const own = await world.addWorkspace('Token test');
    const path = `/v1/mailboxes/${text((await connect(world, own)).id)}/token`;
    const answer = await own.call('POST', path, { resource: 'graph' });
    assertProblem(answer, { status: 409, code: 'resource_not_granted' });
    assert.equal(answer.body.reconnect_url, undefined);
    const unknown = await own.call('POST', path, { resource: 'https://other.example.com/' });
    assertProblem(unknown, { status: 400, code: 'invalid_request' });
  });

  it('a mistake of ours tells the caller nothing and the log once why', async () => {
    world.lines.length = 0;
    const { answer } = await tokenOf('broken');
    assertProblem(answer, { status: 500, code: 'internal_error' });
    assert.ok(!answer.text.includes('secret-looking'));
    const errors = world.lines.filter((line) => line.startsWith('error'));
    assert.equal(errors.length, 1);
    assert.ok(errors[0]?.includes(text(answer.body.request_id)));
    assert.ok(errors[0]?.includes('/v1/mailboxes/:id/token') && errors[0].includes('secret-looking'));
  });
});
