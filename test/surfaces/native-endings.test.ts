// The ways of a connect session that end without a mailbox, each by its reason code, and what a reconnect may and
// may not change.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Principal } from '../../src/core/index.ts';
import {
  connect,
  depart,
  type Json,
  list,
  press,
  record,
  startWorld,
  type TestWorkspace,
  text,
  type World,
} from './native-world.ts';

let world: World;
let workspace: TestWorkspace;
const person = { email: 'ada@example.com', subject: 'ada', name: 'Ada Lovelace', isManaged: true };

before(async () => {
  world = await startWorld();
});
after(() => world.close());
afterEach(() => {
  Object.assign(world.behaviour, { exchanging: 'granting', refreshing: 'rotating', person });
});

const plainSession = {
  provider: 'google',
  profile: 'full',
  oauthClientId: null,
  expectedEmail: null,
  mailboxId: null,
  customer: null,
  managedAccountsOnly: false,
  exclusive: false,
  surface: 'native',
} as const;

const freshWorkspace = async (): Promise<TestWorkspace> => {
  workspace = await world.addWorkspace('Acme Sales');
  return workspace;
};

const principalOf = ({ id }: TestWorkspace): Principal => ({
  keyId: 'test',
  workspaceId: id,
  isInstallation: false,
  expiresAt: null,
  scopes: new Set(['all']),
});

/** The whole way; what the session says at its end. */
async function outcomeOf(request: Json = { provider: 'google' }): Promise<Json> {
  const { callback, cookie, session } = await depart(world, workspace, request);
  await world.app.inject({ url: callback, headers: { cookie } });
  return (await workspace.call('GET', `/v1/connect-sessions/${text(session.id)}`)).body;
}

/** The same for a session with rules that only a compatible surface sets. */
async function outcomeWith(rules: { managedAccountsOnly?: boolean; exclusive?: boolean }): Promise<Json> {
  const { session, url } = await world.core.connectSessions.create(principalOf(workspace), {
    ...plainSession,
    ...rules,
  });
  const { callback, cookie } = await press(world, url);
  await world.app.inject({ url: callback, headers: { cookie } });
  return (await workspace.call('GET', `/v1/connect-sessions/${session.id}`)).body;
}

const reasonOf = (session: Json): unknown => record(session.error).code;

describe('a connect session ends with the reason', () => {
  before(freshWorkspace);

  it('refresh_token_missing when the provider gives none', async () => {
    world.behaviour.exchanging = 'without_refresh_token';
    assert.equal(reasonOf(await outcomeOf()), 'refresh_token_missing');
  });

  it('address_missing when the provider names no address', async () => {
    world.behaviour.person = { ...person, email: null };
    assert.equal(reasonOf(await outcomeOf()), 'address_missing');
  });

  it('personal_account_refused when the OAuth client takes no personal accounts', async () => {
    const own = `/v1/oauth-clients/${workspace.oauthClientId}`;
    assert.equal((await workspace.call('PATCH', own, { personal_accounts: false })).status, 200);
    world.behaviour.person = { ...person, isManaged: false };
    assert.equal(reasonOf(await outcomeOf()), 'personal_account_refused');
    await workspace.call('PATCH', own, { personal_accounts: true });
  });

  it('managed_account_required when the session is for managed accounts', async () => {
    world.behaviour.person = { ...person, isManaged: false };
    assert.equal(reasonOf(await outcomeWith({ managedAccountsOnly: true })), 'managed_account_required');
  });

  it('mailbox_in_other_workspace when the session wants the address for itself', async () => {
    await connect(world, await world.addWorkspace('Other'));
    assert.equal(reasonOf(await outcomeWith({ exclusive: true })), 'mailbox_in_other_workspace');
  });

  it('and none of them leaves a mailbox', async () => {
    assert.deepEqual(list((await workspace.call('GET', '/v1/mailboxes')).body.items), []);
  });
});

describe('a callback', () => {
  before(freshWorkspace);

  it('without the cookie of its browser is browser_mismatch', async () => {
    const { callback } = await depart(world, workspace);
    const arrival = await world.core.authorization.arrive({
      oauthClientId: workspace.oauthClientId,
      parameters: new URL(callback, 'https://mailgrant.example.com').searchParams,
      browserToken: null,
      host: null,
    });
    assert.deepEqual(arrival, { session: null, reason: 'browser_mismatch' });
  });

  it('of a link whose OAuth client was deleted meanwhile redeems no code and ends the session', async () => {
    const { callback, cookie, session, url } = await depart(world, workspace);
    const gone = await workspace.call('DELETE', `/v1/oauth-clients/${workspace.oauthClientId}`);
    assert.equal(gone.status, 204, gone.text);
    const { exchanges } = world.behaviour;
    await world.app.inject({ url: callback, headers: { cookie } });
    assert.equal(world.behaviour.exchanges, exchanges);
    const { body } = await workspace.call('GET', `/v1/connect-sessions/${text(session.id)}`);
    assert.equal(reasonOf(body), 'client_unknown');
    const again = await world.app.inject({ method: 'POST', url: new URL(url).pathname });
    assert.ok([404, 410].includes(again.statusCode), again.body);
  });
});

describe('a reconnect', () => {
  before(freshWorkspace);

  /** A mailbox whose grant the provider no longer accepts. */
  async function dead(who: typeof person): Promise<Json> {
    world.behaviour.person = who;
    const mailbox = await connect(world, workspace);
    world.wait(4_000_000);
    world.behaviour.refreshing = 'revoked';
    const { status } = await workspace.call('POST', `/v1/mailboxes/${text(mailbox.id)}/token`);
    assert.equal(status, 409);
    world.behaviour.refreshing = 'rotating';
    return mailbox;
  }

  it('by another person with the same address is refused, also while the grant is dead', async () => {
    const mailbox = await dead(person);
    world.behaviour.person = { ...person, subject: 'another-ada' };
    const outcome = await outcomeOf({ mailbox_id: mailbox.id, is_retryable: false });
    assert.equal(reasonOf(outcome), 'wrong_mailbox');
    const now = (await workspace.call('GET', `/v1/mailboxes/${text(mailbox.id)}`)).body;
    assert.equal(now.status, 'needs_reauthorization');
  });

  it('of a renamed account whose new address is another mailbox keeps its id and its address', async () => {
    const old = { ...person, email: 'old@example.com', subject: 'renamed' };
    const mailbox = await dead(old);
    const other = await dead({ ...person, email: 'new@example.com', subject: 'other' });
    world.behaviour.person = { ...old, email: 'new@example.com' };
    const outcome = await outcomeOf({ mailbox_id: mailbox.id });
    assert.equal(outcome.status, 'connected', JSON.stringify(outcome));
    assert.equal(outcome.mailbox_id, mailbox.id);
    const after = (await workspace.call('GET', `/v1/mailboxes/${text(mailbox.id)}`)).body;
    assert.deepEqual([after.email, after.status], ['old@example.com', 'connected']);
    const untouched = (await workspace.call('GET', `/v1/mailboxes/${text(other.id)}`)).body;
    assert.equal(untouched.email, 'new@example.com');
  });
});

describe('an API key', () => {
  before(freshWorkspace);

  it('that ends makes no key that outlives it', async () => {
    const ends = new Date(world.core.now() + 3_600_000).toISOString();
    const { body } = await workspace.call('POST', '/v1/api-keys', {
      name: 'ends',
      scopes: ['all'],
      expires_at: ends,
    });
    const call = world.callAs(text(body.key));
    const later = new Date(world.core.now() + 7_200_000).toISOString();
    for (const wanted of [{}, { expires_at: null }, { expires_at: later }]) {
      const made = await call('POST', '/v1/api-keys', {
        name: 'further',
        scopes: ['tokens:read'],
        ...wanted,
      });
      assert.ok(made.status >= 400 || made.body.expires_at === ends, made.text);
    }
  });

  it('does not end at a leap second', async () => {
    const answer = await workspace.call('POST', '/v1/api-keys', {
      name: 'leap',
      scopes: ['all'],
      expires_at: '2026-12-31T23:59:60Z',
    });
    assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_request'], answer.text);
    assert.match(answer.text, /expires_at/);
  });

  it("of the installation reads the installation's own events", async () => {
    const call = world.callAs(world.installationKey);
    const answer = await call('GET', '/v1/events');
    assert.equal(answer.status, 200, answer.text);
    assert.ok(list(answer.body.items).every((event) => event.workspace_id === null));
  });
});
