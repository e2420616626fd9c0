// What each route of the native API answers when all is well, member by member.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  connect,
  list,
  publicUrl,
  record,
  startWorld,
  type TestWorkspace,
  text,
  type World,
} from './native-world.ts';

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const timeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let world: World;
let workspace: TestWorkspace;
before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme Sales');
});
after(() => world.close());

describe('workspaces', () => {
  it('an installation key makes, lists, reads and renames them', async () => {
    const call = world.callAs(world.installationKey);
    const made = await call('POST', '/v1/workspaces', { name: 'Second' });
    assert.equal(made.status, 201);
    assert.deepEqual(Object.keys(made.body), ['id', 'name', 'created_at']);
    assert.match(text(made.body.created_at), timeForm);
    const path = `/v1/workspaces/${text(made.body.id)}`;
    assert.equal((await call('PATCH', path, { name: 'Renamed' })).body.name, 'Renamed');
    assert.equal((await call('GET', path)).body.name, 'Renamed');
    assert.ok(list((await call('GET', '/v1/workspaces')).body.items).some(({ id }) => id === made.body.id));
  });

  it('a workspace key reads its own', async () => {
    const { status, body } = await workspace.call('GET', `/v1/workspaces/${workspace.id}`);
    assert.deepEqual([status, body.name], [200, 'Acme Sales']);
  });

  it('lists are cut into pages that follow on each other', async () => {
    const call = world.callAs(world.installationKey);
    await call('POST', '/v1/workspaces', { name: 'Third' });
    const first = await call('GET', '/v1/workspaces?limit=1');
    const second = await call('GET', `/v1/workspaces?limit=1&cursor=${text(first.body.next_cursor)}`);
    const names = [first, second].map(({ body }) => list(body.items).map(({ name }) => name));
    assert.deepEqual(
      names.map(({ length }) => length),
      [1, 1],
    );
    assert.notDeepEqual(names[0], names[1]);
  });
});

describe('api keys and whoami', () => {
  it('a new key is shown once, works, says who it is, and ends when it is revoked', async () => {
    const made = await workspace.call('POST', '/v1/api-keys', { name: 'ci', scopes: ['mailboxes:read'] });
    assert.equal(made.status, 201);
    const key = text(made.body.key);
    assert.equal(made.body.last_four, key.slice(-4));
    const who = await world.callAs(key)('GET', '/v1/whoami');
    assert.deepEqual(who.body, {
      key_id: made.body.id,
      is_installation_key: false,
      workspace_id: workspace.id,
      scopes: ['mailboxes:read'],
    });
    const listed = await workspace.call('GET', '/v1/api-keys');
    assert.ok(!listed.text.includes(key));
    const revoked = await workspace.call('DELETE', `/v1/api-keys/${text(made.body.id)}`);
    assert.deepEqual([revoked.status, revoked.text], [204, '']);
    assert.equal((await world.callAs(key)('GET', '/v1/whoami')).status, 401);
  });

  it('an installation key acts in the workspace that it names, and in none without', async () => {
    const call = world.callAs(world.installationKey);
    assert.equal((await call('GET', '/v1/whoami')).body.workspace_id, null);
    const named = { 'mailgrant-workspace': workspace.id };
    assert.equal((await call('GET', '/v1/whoami', undefined, named)).body.workspace_id, workspace.id);
    assert.equal((await call('GET', '/v1/mailboxes', undefined, named)).status, 200);
    const { status, body } = await call('GET', '/v1/mailboxes');
    assert.deepEqual([status, body.code], [403, 'permission_denied']);
    assert.match(text(body.detail), /Mailgrant-Workspace/);
  });
});

describe('oauth clients', () => {
  it('are made, listed, read, changed and deleted, and no answer holds the secret', async () => {
    const secret = 'a-client-secret';
    const made = await workspace.call('POST', '/v1/oauth-clients', {
      provider: 'microsoft',
      name: 'Entra',
      client_id: 'abc',
      client_secret: secret,
    });
    assert.equal(made.status, 201, made.text);
    const { id, created_at, updated_at, ...members } = made.body;
    assert.match(text(created_at) + text(updated_at), /Z/);
    assert.deepEqual(members, {
      is_shared: false,
      provider: 'microsoft',
      name: 'Entra',
      grant_type: 'authorization_code',
      client_id: 'abc',
      credential: { kind: 'secret', held: 'here', reference: null, expires_at: null, added_at: created_at },
      next_credential: null,
      cloud: 'default',
      entra_tenant: 'common',
      personal_accounts: true,
      extra_scopes: [],
      customers_may_use: false,
      redirect_uri: `${publicUrl}/oauth/callback/${text(id)}`,
      status: 'active',
      verdict: null,
      paused_at: null,
      provider_words: null,
      examination: null,
    });
    const path = `/v1/oauth-clients/${text(id)}`;
    const answers = [
      made,
      await workspace.call('PATCH', path, {
        name: 'Entra 2',
        entra_tenant: null,
        client_secret: `${secret}2`,
      }),
      await workspace.call('GET', path),
      await workspace.call('GET', '/v1/oauth-clients'),
    ];
    for (const answer of answers) assert.ok(!answer.text.includes(secret));
    assert.equal(answers[2]?.body.name, 'Entra 2');
    assert.equal((await workspace.call('DELETE', path)).status, 204);
    assert.equal((await workspace.call('GET', path)).status, 404);
  });

  it('of the installation are shared with every workspace', async () => {
    const made = await world.callAs(world.installationKey)('POST', '/v1/oauth-clients', {
      provider: 'google',
      name: 'Shared',
      client_id: 'shared',
      client_secret: 'x',
    });
    const seen = await workspace.call('GET', `/v1/oauth-clients/${text(made.body.id)}`);
    assert.equal(seen.body.is_shared, true);
  });
});

describe('connect sessions', () => {
  it('a new one is pending, with a link to our own page', async () => {
    const { status, body } = await workspace.call('POST', '/v1/connect-sessions', {
      provider: 'google',
      profile: 'api',
      expected_email: 'Ada@Example.com',
      customer: 'acme',
      managed_accounts_only: true,
      exclusive: true,
    });
    assert.equal(status, 201);
    const { id, url, created_at, expires_at, ...members } = body;
    assert.match(text(id), uuidForm);
    assert.ok(text(url).startsWith(`${publicUrl}/connect/`));
    assert.equal(Date.parse(text(expires_at)) - Date.parse(text(created_at)), 600_000);
    assert.deepEqual(members, {
      status: 'pending',
      provider: 'google',
      profile: 'api',
      oauth_client_id: workspace.oauthClientId,
      expected_email: 'ada@example.com',
      shared_mailbox: null,
      customer: 'acme',
      managed_accounts_only: true,
      exclusive: true,
      completion: 'result_page',
      return_url: null,
      is_retryable: true,
      mailbox_id: null,
      email: null,
      name: null,
      is_reconnected: false,
      setback: null,
      admin_consent_url: null,
      admin_consented_at: null,
      error: null,
      finished_at: null,
      webhook: null,
    });
    const read = await workspace.call('GET', `/v1/connect-sessions/${text(id)}`);
    assert.equal(read.status, 200);
    assert.ok(!('url' in read.body));
  });

  it('a cancelled one says so and is over', async () => {
    const { body } = await workspace.call('POST', '/v1/connect-sessions', { provider: 'google' });
    const path = `/v1/connect-sessions/${text(body.id)}`;
    const cancelled = await workspace.call('DELETE', path);
    assert.deepEqual([cancelled.status, cancelled.body.status], [200, 'cancelled']);
    assert.deepEqual([(await workspace.call('DELETE', path)).status], [410]);
  });
});

describe('mailboxes, tokens and events', () => {
  it('a connected mailbox is listed, found, changed, proved, read a token for, and disconnected', async () => {
    const mailbox = await connect(world, workspace, { provider: 'google', customer: 'acme' });
    const { id, created_at, updated_at, grant_ends_at, verification, ...members } = mailbox;
    assert.match(text(created_at) + text(updated_at) + text(grant_ends_at), /Z.*Z.*Z/);
    assert.deepEqual(members, {
      email: 'ada@example.com',
      delegate_email: null,
      aliases: [],
      name: 'Ada Lovelace',
      provider: 'google',
      customer: 'acme',
      metadata: {},
      status: 'connected',
      verdict: null,
      provider_words: null,
      oauth_client_id: workspace.oauthClientId,
      scopes: ['openid', 'email', 'https://mail.google.com/'],
      lost_scopes: [],
      grant_warning: null,
      reconnect_url: null,
    });
    assert.deepEqual(list(record(verification).results)[0], {
      transport: 'imap',
      ok: true,
      code: 'ok',
      sentence: 'Everything works.',
      remedy: 'Nothing to do.',
      actor: 'nobody',
      heals_itself: true,
      detail: null,
      duration_ms: 12,
    });
    const path = `/v1/mailboxes/${text(id)}`;

    for (const [query, count] of [
      ['email=ADA@example.com', 1],
      ['email=bob@example.com', 0],
      ['provider=microsoft', 0],
      ['customer=acme&provider=google&limit=1', 1],
      ['customer=acme&skip=0&limit=1', 1],
      ['customer=acme&skip=1', 0],
      ['skip=1000000', 0],
    ] as const) {
      const { body } = await workspace.call('GET', `/v1/mailboxes?${query}`);
      assert.deepEqual([query, list(body.items).length], [query, count]);
    }

    const changed = await workspace.call('PATCH', path, { name: '', customer: null, metadata: { crm: '1' } });
    assert.deepEqual(
      [changed.body.name, changed.body.customer, changed.body.metadata],
      ['', null, { crm: '1' }],
    );

    world.behaviour.probing = 'imap_disabled';
    const proved = await workspace.call('POST', `${path}/verify`);
    world.behaviour.probing = 'ok';
    assert.deepEqual([proved.status, proved.body.status], [200, 'degraded']);
    assert.deepEqual(Object.keys(record(proved.body.verdict)), [
      'code',
      'sentence',
      'remedy',
      'actor',
      'heals_itself',
    ]);

    const token = await workspace.call('POST', `${path}/token`);
    assert.equal(token.status, 200, token.text);
    assert.equal(token.headers['cache-control'], 'no-store');
    const { access_token, expires_at, expires_in, targets, ...rest } = token.body;
    assert.match(text(access_token), /^access-token-/);
    assert.match(text(expires_at), timeForm);
    assert.ok(Number(expires_in) > 3500 && Number(expires_in) <= 3600);
    assert.deepEqual(rest, {
      token_type: 'Bearer',
      scope: 'openid email https://mail.google.com/',
      resource: 'https://mail.google.com/',
      mailbox_id: id,
      email: 'ada@example.com',
      provider: 'google',
      refreshed: false,
    });
    assert.deepEqual(list(targets)[0], {
      transport: 'imap',
      host: 'imap.example.com',
      port: 993,
      tls: 'implicit',
      sasl_mechanism: 'XOAUTH2',
      sasl_mechanisms: ['XOAUTH2', 'OAUTHBEARER'],
      user: 'ada@example.com',
    });
    world.wait(3_000_000);
    const again = await workspace.call('POST', `${path}/token`, { resource: 'smtp', min_ttl_seconds: 3000 });
    assert.equal(again.body.refreshed, true);

    const gone = await workspace.call('DELETE', path);
    assert.deepEqual([gone.status, gone.body], [200, { id, at_provider: 'revoked' }]);
    assert.equal((await workspace.call('GET', path)).status, 404);

    const { body } = await workspace.call('GET', '/v1/events');
    const own = list(body.items).filter((event) => event.object_id === id);
    assert.deepEqual(
      own.map(({ type }) => type),
      ['mailbox.connected', 'mailbox.verified', 'mailbox.degraded', 'mailbox.disconnected'],
    );
    assert.deepEqual(record(own[3]?.data), { email: 'ada@example.com' });
  });

  it('a token of an API mailbox names its base URL', async () => {
    const mailbox = await connect(world, workspace, { provider: 'google', profile: 'api' });
    const token = await workspace.call('POST', `/v1/mailboxes/${text(mailbox.id)}/token`, {});
    assert.deepEqual(list(token.body.targets), [
      {
        transport: 'gmail_api',
        base_url: 'https://mail-api.example.com/v1',
        mailbox_url: 'https://mail-api.example.com/v1/users/me',
      },
    ]);
  });

  it('a dead mailbox says why and links to its reconnect, which keeps its id', async () => {
    const mailbox = await connect(world, workspace);
    const path = `/v1/mailboxes/${text(mailbox.id)}`;
    world.wait(3_700_000);
    world.behaviour.refreshing = 'revoked';
    await workspace.call('POST', `${path}/token`);
    world.behaviour.refreshing = 'rotating';
    const dead = (await workspace.call('GET', path)).body;
    assert.equal(dead.status, 'needs_reauthorization');
    assert.equal(record(dead.verdict).code, 'grant_revoked');
    assert.ok(text(dead.reconnect_url).startsWith(`${publicUrl}/reconnect/`));
    const renewed = await connect(world, workspace, { mailbox_id: mailbox.id });
    assert.deepEqual([renewed.id, renewed.status, renewed.reconnect_url], [mailbox.id, 'connected', null]);
  });
});
