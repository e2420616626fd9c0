// Signing in to the console with an API key: what the cookie is, whom it stands for, when it ends, and who may use it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ApiKeyScope } from '../../src/core/index.ts';
import {
  type Answer,
  type Json,
  list,
  type Method,
  publicUrl,
  startWorld,
  type TestWorkspace,
  text,
  type World,
} from './native-world.ts';

const hour = 3_600_000;

let world: World;
let workspace: TestWorkspace;

before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Of the console');
});
after(() => world.close());

type Browser = {
  cookie: string;
  call(method: Method, path: string, more?: Json, body?: unknown): Promise<Answer>;
};

const ofConsole = { 'mailgrant-console': '1', origin: publicUrl, 'sec-fetch-site': 'same-origin' };

const signIn = (apiKey: string, headers: Json = ofConsole): Promise<Answer> =>
  world.callAs(null)('POST', '/v1/console-session', { api_key: apiKey }, headers);

const setCookieOf = ({ headers }: Answer): string => [headers['set-cookie'] ?? []].flat()[0] ?? '';

async function browserOf(apiKey: string): Promise<Browser> {
  const answer = await signIn(apiKey);
  assert.equal(answer.status, 201, answer.text);
  const cookie = setCookieOf(answer).split(';')[0] ?? '';
  return {
    cookie,
    call: (method, path, more = {}, body) =>
      world.callAs(null)(method, path, body, { cookie, ...ofConsole, ...more }),
  };
}

const codeOf = ({ status, body }: Answer) => [status, body.code];

describe('signing in to the console', () => {
  it('gives a cookie that no script reads, that no other site sends, and that holds no key', async () => {
    const answer = await signIn(workspace.key);
    assert.equal(answer.status, 201);
    const cookie = setCookieOf(answer);
    assert.match(
      cookie,
      /^__Host-console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/,
    );
    assert.ok(!answer.text.includes(workspace.key) && !cookie.includes(workspace.key));
    assert.deepEqual(
      [answer.body.workspace_id, answer.body.is_installation, answer.body.person, answer.body.key_name],
      [workspace.id, false, null, 'test'],
    );
  });

  it('refuses a key that is none, and the page of another site', async () => {
    assert.deepEqual(codeOf(await signIn('mg_nothing')), [401, 'unauthenticated']);
    for (const headers of [
      {},
      { ...ofConsole, origin: 'https://elsewhere.example' },
      { ...ofConsole, origin: 'null' },
      { ...ofConsole, 'sec-fetch-site': 'same-site' },
      { ...ofConsole, 'sec-fetch-site': 'cross-site' },
    ]) {
      const answer = await signIn(workspace.key, headers);
      assert.deepEqual(codeOf(answer), [403, 'permission_denied']);
      assert.equal(setCookieOf(answer), '');
    }
  });

  it('is limited by the address, whatever comes of the attempts', async () => {
    const own = await startWorld();
    try {
      const attempt = () => own.callAs(null)('POST', '/v1/console-session', { api_key: 'mg_x' }, ofConsole);
      for (let count = 0; count < 20; count += 1) assert.equal((await attempt()).status, 401);
      const refused = await attempt();
      assert.deepEqual(codeOf(refused), [429, 'rate_limited']);
      assert.ok(Number(refused.headers['retry-after']) <= 60);
      own.wait(61_000);
      assert.equal((await attempt()).status, 401);
    } finally {
      await own.close();
    }
  });
});

describe('a call with the cookie', () => {
  it('is served as with the key, for reading and for changing, and says so in the audit log', async () => {
    const browser = await browserOf(workspace.key);
    const me = await browser.call('GET', '/v1/console-session');
    assert.deepEqual([me.status, me.body.workspace_id], [200, workspace.id]);
    assert.equal((await browser.call('GET', '/v1/mailboxes')).status, 200);
    const made = await browser.call('POST', '/v1/connect-sessions', {}, { provider: 'google' });
    assert.equal(made.status, 201);
    const { items } = await world.store.audit.list(workspace.id, {}, { after: null, limit: 50 });
    const signedIn = items.find(({ action }) => action === 'console.signed_in');
    assert.deepEqual(
      [signedIn?.actor.kind, signedIn?.actor.id, signedIn?.address, signedIn?.data],
      ['console', me.body.key_id, '127.0.0.1', { method: 'api_key' }],
    );
  });

  it('has the scopes of the key and no others', async () => {
    const reader = await browserOf(await world.issueKey(workspace.id, ['mailboxes:read']));
    assert.equal((await reader.call('GET', '/v1/mailboxes')).status, 200);
    assert.deepEqual(codeOf(await reader.call('GET', '/v1/events')), [403, 'permission_denied']);
  });

  it('of a key of the installation acts in the workspace that it names', async () => {
    const operator = await browserOf(world.installationKey);
    assert.equal((await operator.call('GET', '/v1/console-session')).body.is_installation, true);
    assert.equal((await operator.call('GET', '/v1/workspaces')).status, 200);
    assert.equal((await operator.call('GET', '/v1/mailboxes')).status, 403);
    const inside = await operator.call('GET', '/v1/whoami', { 'mailgrant-workspace': workspace.id });
    assert.deepEqual([inside.status, inside.body.workspace_id], [200, workspace.id]);
    const member = await browserOf(workspace.key);
    const other = await world.addWorkspace('Other');
    const foreign = await member.call('GET', '/v1/whoami', { 'mailgrant-workspace': other.id });
    assert.deepEqual(codeOf(foreign), [403, 'permission_denied']);
  });

  it('without the header is nobody, and from another site is refused', async () => {
    const { cookie } = await browserOf(workspace.key);
    const call = (headers: Json) =>
      world.callAs(null)('GET', '/v1/mailboxes', undefined, { cookie, ...headers });
    assert.deepEqual(codeOf(await call({})), [401, 'unauthenticated']);
    assert.deepEqual(codeOf(await call({ 'mailgrant-console': 'yes' })), [401, 'unauthenticated']);
    assert.equal((await call({ 'mailgrant-console': '1' })).status, 200);
    const foreign = { 'mailgrant-console': '1', origin: 'https://elsewhere.example' };
    assert.deepEqual(codeOf(await call(foreign)), [403, 'permission_denied']);
    const sibling = { 'mailgrant-console': '1', 'sec-fetch-site': 'same-site' };
    assert.deepEqual(codeOf(await call(sibling)), [403, 'permission_denied']);
  });

  it('is not looked at beside an API key, however wrong that is', async () => {
    const { call } = await browserOf(workspace.key);
    const answer = await call('GET', '/v1/mailboxes', { authorization: 'Bearer mg_wrong' });
    assert.deepEqual(codeOf(answer), [401, 'unauthenticated']);
    const session = await call('GET', '/v1/console-session', { authorization: `Bearer ${workspace.key}` });
    assert.deepEqual(codeOf(session), [404, 'not_found']);
  });

  it('is refused when the cookie is there twice, so that none can be slipped in', async () => {
    const { cookie } = await browserOf(workspace.key);
    const twice = { cookie: `${cookie}; ${cookie}`, ...ofConsole };
    assert.equal((await world.callAs(null)('GET', '/v1/mailboxes', undefined, twice)).status, 401);
  });

  it('opens no compatible surface and no page: those have no such callers', async () => {
    const { call } = await browserOf(workspace.key);
    assert.equal((await call('GET', '/v1/openapi.json')).status, 200);
    assert.equal((await call('GET', '/api/v2/accounts')).status, 404);
  });
});

describe('a session of the console ends', () => {
  const over = async (browser: Browser) =>
    assert.deepEqual(codeOf(await browser.call('GET', '/v1/whoami')), [401, 'unauthenticated']);

  it('by signing out, in every tab, and the cookie goes', async () => {
    const browser = await browserOf(workspace.key);
    const other = await browserOf(workspace.key);
    const answer = await browser.call('DELETE', '/v1/console-session');
    assert.equal(answer.status, 204);
    assert.match(setCookieOf(answer), /^__Host-console=; .*Max-Age=0/);
    await over(browser);
    assert.equal((await other.call('GET', '/v1/whoami')).status, 200);
    assert.equal((await workspace.call('GET', '/v1/whoami')).status, 200, 'the key itself stays');
    const { items } = await world.store.audit.list(
      workspace.id,
      { action: 'console.signed_out' },
      { after: null, limit: 9 },
    );
    assert.equal(items.length, 1);
  });

  it("by its key's revocation", async () => {
    const made = await workspace.call('POST', '/v1/api-keys', { name: 'short', scopes: ['mailboxes:read'] });
    const browser = await browserOf(text(made.body.key));
    await workspace.call('DELETE', `/v1/api-keys/${text(made.body.id)}`);
    await over(browser);
  });

  it("by the deletion of its key's workspace", async () => {
    const leaving = await world.addWorkspace('Leaving');
    const browser = await browserOf(leaving.key);
    const deleted = await world.callAs(world.installationKey)('DELETE', `/v1/workspaces/${leaving.id}`);
    assert.ok(deleted.status < 300, deleted.text);
    await over(browser);
    while ((await world.core.workspaceDeletion.deleteLeaving()) > 0);
  });

  it('by two hours without use, by twelve hours in any case, and when its key does', async () => {
    const own = await startWorld();
    try {
      const { id, call } = await own.addWorkspace('Of time');
      const browse = async (apiKey: string): Promise<() => Promise<number>> => {
        const answer = await own.callAs(null)('POST', '/v1/console-session', { api_key: apiKey }, ofConsole);
        const cookie = setCookieOf(answer).split(';')[0] ?? '';
        return async () =>
          (await own.callAs(null)('GET', '/v1/whoami', undefined, { cookie, ...ofConsole })).status;
      };
      const scopes: ApiKeyScope[] = ['mailboxes:read'];
      const ends = await call('POST', '/v1/api-keys', {
        name: 'ends',
        scopes,
        expires_at: new Date(own.core.now() + hour).toISOString(),
      });
      const [idle, used, ofShortKey] = [
        await browse(await own.issueKey(id, scopes)),
        await browse(await own.issueKey(id, scopes)),
        await browse(text(ends.body.key)),
      ];
      assert.equal(await ofShortKey(), 200);
      own.wait(1.9 * hour);
      assert.deepEqual([await used(), await ofShortKey()], [200, 401]);
      own.wait(0.2 * hour);
      assert.deepEqual([await used(), await idle()], [200, 401]);
      for (let hours = 0; hours < 9; hours += 1.5) {
        own.wait(1.5 * hour);
        assert.equal(await used(), 200);
      }
      own.wait(1 * hour);
      assert.equal(await used(), 401, 'twelve hours are the end');
      own.wait(401 * 24 * hour);
      assert.equal(await own.core.consoleSessions.prune(), 3);
      assert.equal(await own.core.consoleSessions.prune(), 0);
      const keys = await call('GET', '/v1/api-keys');
      assert.equal(keys.status, 200, keys.text);
      assert.equal(list(keys.body.items).length, 4, 'keys that somebody made stay');
    } finally {
      await own.close();
    }
  });
});
