// Every operation of the native API that changes something leaves an entry in the audit log. The operations are read
// off the API's own document, so that a new one cannot be forgotten: it needs a case, or a reason, below.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import type { AuditAction, ListedAuditEntry } from '../../src/core/index.ts';
import { systemRandom } from '../../src/system.ts';
import {
  type Answer,
  connect,
  depart,
  type Json,
  list,
  publicUrl,
  record,
  startWorld,
  text,
} from './native-world.ts';

const world = await startWorld();
const owner = await world.addWorkspace('Owner');
const installation = world.callAs(world.installationKey);
const returnUrl = 'https://app.example.com/done';

after(() => world.close());

/** What changes nothing that anybody set, or leaves its trace elsewhere. */
const withoutEntry: Readonly<Record<string, string>> = {
  readToken: 'token reads are counted apart: token-uses',
  verifyMailbox: 'looks; what it finds is told by events',
  diagnoseMailbox: 'looks; what it finds is told by events',
};

/** `of`: whose log it is in. */
type Case = {
  action: AuditAction;
  of?: 'installation';
  by?: 'console';
  run: () => Promise<Answer>;
};

async function create(path: string, body: Json): Promise<string> {
  const answer = await owner.call('POST', path, body);
  assert.equal(answer.status, 201, answer.text);
  return text(answer.body.id);
}

const clientBody = { provider: 'google', name: 'X', client_id: 'x-client', client_secret: 'canary-secret' };
const newClient = () => create('/v1/oauth-clients', clientBody);
const newMailbox = async () => text((await connect(world, owner)).id);
const newSession = () => create('/v1/connect-sessions', { provider: 'google' });
const newKey = () => create('/v1/api-keys', { name: 'x', scopes: ['mailboxes:read'] });

async function newServiceAccount(): Promise<string> {
  return create('/v1/oauth-clients', {
    name: 'Direct',
    provider: 'google',
    grant_type: 'jwt_bearer',
    credential: { kind: 'service_account_key', value: '{"private_key":"canary"}' },
  });
}

/** A session that waits for its code, and the code. */
async function waiting(): Promise<{ id: string; code: string }> {
  await owner.call('PATCH', '/v1/settings', { return_urls: [returnUrl] });
  const request = { provider: 'google', completion: 'confirm', return_url: returnUrl };
  const { callback, cookie, session } = await depart(world, owner, request);
  await world.app.inject({ url: callback, headers: { cookie } });
  const arrival = await world.core.authorization.arrive({
    oauthClientId: text(session.oauth_client_id),
    parameters: new URL(callback, 'https://mailgrant.example.com').searchParams,
    browserToken: cookie.split('=')[1] ?? '',
    host: null,
  });
  assert.ok(arrival.session && arrival.confirmationCode);
  return { id: arrival.session.id, code: arrival.confirmationCode };
}

const newEndpoint = () => create('/v1/webhook-endpoints', { url: 'https://app.example.com/hooks' });

/** An endpoint with a delivery that was given up. */
async function newDelivery(): Promise<{ endpointId: string; id: string }> {
  const endpointId = await newEndpoint();
  const [id, now] = [systemRandom.id(), Date.now()];
  await world.store.webhookDeliveries.insert([
    {
      id,
      workspaceId: owner.id,
      endpointId,
      eventId: systemRandom.id(),
      eventType: 'mailbox.connected',
      objectId: systemRandom.id(),
      isTest: false,
      body: '{}',
      status: 'failed',
      attempts: 10,
      earlierAttempts: 0,
      dueAt: now,
      claimedUntil: 0,
      createdAt: now,
      finishedAt: now,
    },
  ]);
  return { endpointId, id };
}

const ofConsole = { 'mailgrant-console': '1', origin: publicUrl, 'sec-fetch-site': 'same-origin' };
const beginSession = () =>
  world.callAs(null)('POST', '/v1/console-session', { api_key: owner.key }, ofConsole);

/** Signed in to the console; the cookie, and what the console sends beside it. */
async function signIn(): Promise<Record<string, string>> {
  const answer = await beginSession();
  assert.equal(answer.status, 201, answer.text);
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
  return { cookie, ...ofConsole };
}

const jobBody = { action: 'disable', filter: { search: 'nobody' } };

/** As if it had sealed here once. */
function knowKey(id: string): void {
  const database = new DatabaseSync(world.file, { timeout: 5_000 });
  database.prepare("insert into key_proofs (key_id, proof) values (?, x'00')").run(id);
  database.close();
}

/** How each operation is called so that it changes something. */
const cases: Readonly<Record<string, Case>> = {
  createWorkspace: {
    action: 'workspace.created',
    of: 'installation',
    run: () => installation('POST', '/v1/workspaces', { name: 'New' }),
  },
  renameWorkspace: {
    action: 'workspace.updated',
    run: () => installation('PATCH', `/v1/workspaces/${owner.id}`, { name: 'Renamed' }),
  },
  deleteWorkspace: {
    action: 'workspace.deleted',
    of: 'installation',
    run: async () => installation('DELETE', `/v1/workspaces/${(await world.addWorkspace('Old')).id}`),
  },
  createApiKey: {
    action: 'api_key.created',
    run: () => owner.call('POST', '/v1/api-keys', { name: 'x', scopes: ['mailboxes:read'] }),
  },
  revokeApiKey: {
    action: 'api_key.revoked',
    run: async () => owner.call('DELETE', `/v1/api-keys/${await newKey()}`),
  },
  createOAuthClient: {
    action: 'oauth_client.created',
    run: () => owner.call('POST', '/v1/oauth-clients', clientBody),
  },
  updateOAuthClient: {
    action: 'oauth_client.updated',
    run: async () =>
      owner.call('PATCH', `/v1/oauth-clients/${await newClient()}`, { client_secret: 'canary-secret-2' }),
  },
  examineOAuthClient: {
    action: 'oauth_client.examined',
    run: async () => owner.call('POST', `/v1/oauth-clients/${await newClient()}/examine`, {}),
  },
  deleteOAuthClient: {
    action: 'oauth_client.deleted',
    run: async () => owner.call('DELETE', `/v1/oauth-clients/${await newClient()}`),
  },
  createConnectSession: {
    action: 'connect_session.created',
    run: () => owner.call('POST', '/v1/connect-sessions', { provider: 'google' }),
  },
  cancelConnectSession: {
    action: 'connect_session.cancelled',
    run: async () => owner.call('DELETE', `/v1/connect-sessions/${await newSession()}`),
  },
  confirmConnectSession: {
    action: 'connect_session.confirmed',
    run: async () => {
      const { id, code } = await waiting();
      return owner.call('POST', `/v1/connect-sessions/${id}/confirm`, { code });
    },
  },
  createCustomerLink: {
    action: 'customer_link.created',
    run: () => owner.call('POST', '/v1/customer-links', { customer: 'acme' }),
  },
  revokeCustomerLinks: {
    action: 'customer_links.revoked',
    run: () => owner.call('POST', '/v1/customer-links/revoke'),
  },
  connectMailbox: {
    action: 'mailbox.connected',
    run: async () =>
      owner.call('POST', '/v1/mailboxes', {
        oauth_client_id: await newServiceAccount(),
        email: 'direct@example.com',
      }),
  },
  updateMailbox: {
    action: 'mailbox.updated',
    run: async () => owner.call('PATCH', `/v1/mailboxes/${await newMailbox()}`, { name: 'Ada Canary' }),
  },
  disconnectMailbox: {
    action: 'mailbox.disconnected',
    run: async () => owner.call('DELETE', `/v1/mailboxes/${await newMailbox()}`),
  },
  resealKeyring: {
    action: 'keyring.rotated',
    of: 'installation',
    run: () => installation('POST', '/v1/keyring/reseal'),
  },
  retireKey: {
    action: 'keyring.rotated',
    of: 'installation',
    run: async () => {
      knowKey('an-older-key');
      return installation('POST', '/v1/keyring/retire', { key_id: 'an-older-key', end_links: true });
    },
  },
  beginConsoleSession: {
    action: 'console.signed_in',
    by: 'console',
    run: beginSession,
  },
  endConsoleSession: {
    action: 'console.signed_out',
    by: 'console',
    run: async () => world.callAs(null)('DELETE', '/v1/console-session', undefined, await signIn()),
  },
  createMailboxJob: {
    action: 'mailboxes.changed',
    run: () => owner.call('POST', '/v1/mailbox-jobs', jobBody),
  },
  cancelBackgroundJob: {
    action: 'mailboxes.changed',
    run: async () => {
      const { body } = await owner.call('POST', '/v1/mailbox-jobs', jobBody);
      return owner.call('POST', `/v1/background-jobs/${text(body.id)}/cancel`);
    },
  },
  importMailbox: {
    action: 'mailbox.imported',
    run: () =>
      owner.call('POST', '/v1/mailbox-imports', {
        provider: 'google',
        refresh_token: 'canary-refresh-token',
        scope: 'https://mail.google.com/',
        oauth_client_id: owner.oauthClientId,
        email: 'ada@example.com',
      }),
  },
  createWebhookEndpoint: {
    action: 'webhook_endpoint.created',
    run: () => owner.call('POST', '/v1/webhook-endpoints', { url: 'https://app.example.com/hooks' }),
  },
  updateWebhookEndpoint: {
    action: 'webhook_endpoint.updated',
    run: async () =>
      owner.call('PATCH', `/v1/webhook-endpoints/${await newEndpoint()}`, { description: 'new' }),
  },
  deleteWebhookEndpoint: {
    action: 'webhook_endpoint.deleted',
    run: async () => owner.call('DELETE', `/v1/webhook-endpoints/${await newEndpoint()}`),
  },
  rotateWebhookSecret: {
    action: 'webhook_endpoint.secret_rotated',
    run: async () => owner.call('POST', `/v1/webhook-endpoints/${await newEndpoint()}/rotate-secret`, {}),
  },
  testWebhookEndpoint: {
    action: 'webhook_endpoint.tested',
    run: async () => owner.call('POST', `/v1/webhook-endpoints/${await newEndpoint()}/test`, {}),
  },
  replayWebhookDelivery: {
    action: 'webhook_delivery.replayed',
    run: async () => owner.call('POST', `/v1/webhook-deliveries/${(await newDelivery()).id}/replay`),
  },
  replayWebhookEndpoint: {
    action: 'webhook_delivery.replayed',
    run: async () =>
      owner.call('POST', `/v1/webhook-endpoints/${(await newDelivery()).endpointId}/replay`, {
        since: '2026-01-01T00:00:00.000Z',
      }),
  },
  exportPerson: {
    action: 'person.exported',
    run: () => owner.call('POST', '/v1/people/export', { email: 'nobody@example.com' }),
  },
  erasePerson: {
    action: 'person.erasure_requested',
    run: () =>
      owner.call('POST', '/v1/people/erase', { email: 'nobody@example.com', confirm: 'nobody@example.com' }),
  },
  liftBlock: {
    action: 'block.lifted',
    of: 'installation',
    run: async () => {
      const until = Date.now() + 3_600_000;
      await world.store.limits.saveBlock({ key: 'a-block', level: 1, until, rememberedUntil: until });
      return installation('DELETE', '/v1/installation/blocks/a-block');
    },
  },
  closeBreaker: {
    action: 'breaker.closed',
    of: 'installation',
    run: async () => {
      const openUntil = Date.now() + 3_600_000;
      const next = { key: 'google', failures: 9, windowStart: 1, openUntil, trips: 1, probeUntil: 0 };
      await world.store.breakers.replace('google', { known: null, next });
      return installation('POST', '/v1/installation/breakers/google/close');
    },
  },
  changeSettings: {
    action: 'settings.updated',
    run: () => owner.call('PATCH', '/v1/settings', { return_urls: [returnUrl] }),
  },
};

const { body: document } = await world.callAs(null)('GET', '/v1/openapi.json');
const changing = Object.values(record(document.paths)).flatMap((methods) =>
  Object.entries(record(methods)).flatMap(([method, described]) =>
    method === 'get' ? [] : [text(record(described).operationId)],
  ),
);

async function entriesOf(workspaceId: string | null, action: AuditAction): Promise<ListedAuditEntry[]> {
  return (await world.store.audit.list(workspaceId, { action }, { after: null, limit: 100 })).items;
}

describe('every operation that changes something', () => {
  it('is known here, by a case or by the reason why it leaves no entry', () => {
    const forgotten = changing.filter((name) => !(name in cases) && !(name in withoutEntry));
    assert.deepEqual(forgotten, [], 'call `record` in the use case, and add a case to this file');
    const gone = [...Object.keys(cases), ...Object.keys(withoutEntry)].filter(
      (name) => !changing.includes(name),
    );
    assert.deepEqual(gone, []);
  });

  for (const [name, { action, of, by, run }] of Object.entries(cases)) {
    it(`${name} leaves one entry, with who it was and without what is secret`, async () => {
      const workspaceId = of === 'installation' ? null : owner.id;
      const known = new Set((await entriesOf(workspaceId, action)).map(({ id }) => id));
      const answer = await run();
      assert.ok(answer.status < 300, answer.text);
      const isOfCall = ({ requestId }: ListedAuditEntry) => requestId === answer.headers['x-request-id'];
      const entries = (await entriesOf(workspaceId, action)).filter(({ id }) => !known.has(id));
      const [entry, ...more] = entries.filter(isOfCall);
      assert.ok(entry, JSON.stringify(entries));
      assert.deepEqual(more, []);
      assert.equal(entry.actor.kind, by ?? 'api_key');
      assert.equal(entry.actorName, 'test');
      assert.equal(entry.address, '127.0.0.1');
      assert.doesNotMatch(JSON.stringify(entry.data), /canary|@|secret-/i);
    });
  }
});

describe('the audit log', () => {
  let mailbox: Json;
  before(async () => {
    mailbox = await connect(world, owner);
  });

  it('names whoever holds a link by the connect session', async () => {
    const { items } = (await owner.call('GET', `/v1/audit-entries?object_id=${text(mailbox.id)}&limit=1`))
      .body;
    const [entry = {}] = list(items);
    assert.match(text(entry.action), /^mailbox\.(re)?connected$/);
    const actor = record(entry.actor);
    assert.deepEqual([actor.kind, actor.name], ['mailbox_owner', null]);
    assert.equal(actor.id, record(entry.data).connect_session_id);
  });

  it('names the changed fields and not their values', async () => {
    await owner.call('PATCH', `/v1/mailboxes/${text(mailbox.id)}`, { name: 'Grace', customer: 'hopper' });
    const { body } = await owner.call('GET', `/v1/audit-entries?object_id=${text(mailbox.id)}&limit=1`);
    assert.deepEqual(record(list(body.items)[0]?.data), { fields: ['name', 'customer'] });
    assert.doesNotMatch(JSON.stringify(body), /Grace|hopper/);
  });

  it('is read newest first, page by page, by action and by actor', async () => {
    const first = await owner.call('GET', '/v1/audit-entries?action=connect_session.created&limit=1');
    const second = await owner.call(
      'GET',
      `/v1/audit-entries?action=connect_session.created&limit=1&cursor=${text(first.body.next_cursor)}`,
    );
    const [newer, older] = [list(first.body.items)[0], list(second.body.items)[0]];
    assert.ok(newer && older && text(newer.id) > text(older.id));
    const actorId = text(record(newer.actor).id);
    const { body } = await owner.call('GET', `/v1/audit-entries?actor_id=${actorId}`);
    assert.ok(list(body.items).every(({ actor }) => record(actor).id === actorId));
    assert.equal((await owner.call('GET', '/v1/audit-entries?action=unheard_of')).status, 400);
  });

  it('is read by time and oldest first, and says what is wrong with a time', async () => {
    const { body } = await owner.call('GET', '/v1/audit-entries?order=oldest&limit=3');
    const [one, two, three] = list(body.items);
    assert.ok(one && two && three && text(one.id) < text(two.id) && text(two.id) < text(three.id));
    const on = await owner.call('GET', `/v1/audit-entries?order=oldest&limit=1&cursor=${text(one.id)}`);
    assert.deepEqual(list(on.body.items), [two]);
    const path = (since: string, until: string): string =>
      `/v1/audit-entries?since=${encodeURIComponent(since)}&until=${encodeURIComponent(until)}`;
    const none = await owner.call('GET', path('2001-01-01T00:00:00Z', '2002-01-01T00:00:00+02:00'));
    assert.deepEqual([none.status, none.body.items], [200, []]);
    const since = text(one.at);
    const found = await owner.call('GET', path(since, new Date(Date.parse(since) + 1).toISOString()));
    assert.ok(list(found.body.items).length > 0);
    assert.ok(list(found.body.items).every(({ at }) => at === since));
    for (const [from, to, words] of [
      ['yesterday', '2026-01-01T00:00:00Z', /since/],
      ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z', /until.*must be later than since/],
      ['2026-01-02T23:59:60Z', '2027-01-01T00:00:00Z', /without leap seconds/],
    ] as const) {
      const refused = await owner.call('GET', path(from, to));
      assert.equal(refused.status, 400, refused.text);
      assert.match(refused.text, words);
    }
  });

  it("shows a workspace nothing of another one's, and the installation its own", async () => {
    const stranger = await world.addWorkspace('Stranger');
    const { body } = await stranger.call('GET', '/v1/audit-entries');
    assert.ok(list(body.items).every(({ object_id }) => object_id !== mailbox.id));
    const own = await installation('GET', '/v1/audit-entries?action=workspace.created');
    assert.ok(list(own.body.items).some(({ object_id }) => object_id === stranger.id));
  });

  it('tells the installation of a workspace that was deleted, and nobody else', async () => {
    const gone = await world.addWorkspace('Gone');
    const path = `/v1/audit-entries?workspace_id=${gone.id}`;
    assert.equal((await owner.call('GET', path)).status, 403);
    assert.ok(list((await gone.call('GET', path)).body.items).length > 0);
    await installation('DELETE', `/v1/workspaces/${gone.id}`);
    while ((await world.core.workspaceDeletion.deleteLeaving()) > 0);
    const { status, body, text: answer } = await installation('GET', path);
    assert.equal(status, 200, answer);
    assert.ok(list(body.items).some(({ action }) => action === 'oauth_client.created'));
    const named = { 'mailgrant-workspace': owner.id };
    assert.equal((await installation('GET', path, undefined, named)).status, 403);
  });

  it('has no entry of what was refused', async () => {
    const count = async () => (await entriesOf(owner.id, 'oauth_client.updated')).length;
    const before = await count();
    const id = await newClient();
    const refused = await owner.call('PATCH', `/v1/oauth-clients/${id}`, { entra_tenant: 'common' });
    assert.equal(refused.status, 400);
    assert.equal(await count(), before);
  });
});
