// Mailboxes that nobody signs in for, over the native API; what a token answer says of each target; scopes that were
// lost; the diagnosis of a mailbox.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { createBehaviour } from './native-providers.ts';
import {
  type Answer,
  connect,
  type Json,
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
let stranger: TestWorkspace;
let serviceAccount: string;
let application: string;

before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme Sales');
  stranger = await world.addWorkspace('Stranger');
  serviceAccount = await newClient({
    provider: 'google',
    grant_type: 'jwt_bearer',
    credential: { kind: 'service_account_key', value: '{"private_key":"canary"}' },
  });
  application = await newClient({
    provider: 'microsoft',
    grant_type: 'client_credentials',
    client_id: 'application',
    client_secret: 'canary',
    entra_tenant: 'example.com',
  });
});
after(() => world.close());
afterEach(() => {
  const { mintRefusal, probing, refreshing, unticked, person } = createBehaviour();
  Object.assign(world.behaviour, { mintRefusal, probing, refreshing, unticked, person });
});

async function newClient(body: Json): Promise<string> {
  const made = await workspace.call('POST', '/v1/oauth-clients', { name: 'Direct', ...body });
  assert.equal(made.status, 201, made.text);
  return text(made.body.id);
}

const connectDirectly = (body: Json): Promise<Answer> => workspace.call('POST', '/v1/mailboxes', body);
const readToken = async ({ id }: Json, body: Json = {}): Promise<Json> => {
  const answer = await workspace.call('POST', `/v1/mailboxes/${text(id)}/token`, body);
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
};
const mailboxes = async (query = ''): Promise<Json[]> =>
  list((await workspace.call('GET', `/v1/mailboxes${query}`)).body.items);

describe('a mailbox without a sign-in', () => {
  it('is connected at once, proved, and known by its id when it is connected again', async () => {
    const made = await connectDirectly({
      oauth_client_id: serviceAccount,
      email: 'Bob@Example.com',
      name: 'Bob',
      customer: 'acme',
    });
    assert.equal(made.status, 201, made.text);
    const { email, name, customer, status, oauth_client_id, delegate_email } = made.body;
    assert.deepEqual(
      [email, name, customer, status, oauth_client_id, delegate_email],
      ['bob@example.com', 'Bob', 'acme', 'connected', serviceAccount, null],
    );
    const again = await connectDirectly({ oauth_client_id: serviceAccount, email: 'bob@example.com' });
    assert.deepEqual([again.status, again.body.id, again.body.name], [200, made.body.id, 'Bob']);
    assert.equal((await mailboxes(`?oauth_client_id=${serviceAccount}`)).length, 1);
    assert.ok(!made.text.includes('canary'));
  });

  it('that the provider refuses is not stored, and the verdict says who must act', async () => {
    world.behaviour.mintRefusal = { kind: 'request', reason: 'delegation_missing' };
    const answer = await connectDirectly({ oauth_client_id: serviceAccount, email: 'no@example.com' });
    assert.deepEqual([answer.status, answer.body.code], [409, 'mailbox_refused'], answer.text);
    const { code, actor } = record(answer.body.verdict);
    assert.deepEqual([code, actor], ['delegation_missing', 'mail_administrator']);
    assert.equal(record(answer.body.provider).correlation_id, 'c0ffee');
    assert.deepEqual(await mailboxes('?email=no@example.com'), []);
  });

  it('that the mail servers refuse is not stored either', async () => {
    world.behaviour.probing = 'mailbox_not_found';
    const answer = await connectDirectly({ oauth_client_id: application, email: 'no@example.com' });
    assert.deepEqual([answer.status, answer.body.code], [409, 'mailbox_refused'], answer.text);
    assert.equal(record(answer.body.verdict).code, 'mailbox_not_found');
    assert.deepEqual(await mailboxes('?email=no@example.com'), []);
  });

  it('with an OAuth client that people consent to is refused with the field named', async () => {
    const answer = await connectDirectly({
      oauth_client_id: workspace.oauthClientId,
      email: 'bob@example.com',
    });
    assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_request']);
    assert.equal(list(answer.body.fields)[0]?.field, '/oauth_client_id');
  });

  it('of another workspace, or by its OAuth client, is not found', async () => {
    const [bob] = await mailboxes('?email=bob@example.com');
    const { body: client } = await stranger.call('POST', '/v1/oauth-clients', {
      provider: 'google',
      name: 'Theirs',
      grant_type: 'jwt_bearer',
      credential: { kind: 'service_account_key', value: '{}' },
    });
    for (const body of [
      { oauth_client_id: serviceAccount, email: 'bob@example.com' },
      { oauth_client_id: client.id, email: 'bob@example.com', mailbox_id: bob?.id },
    ]) {
      const answer = await stranger.call('POST', '/v1/mailboxes', body);
      assert.deepEqual([answer.status, answer.body.code], [404, 'not_found'], answer.text);
    }
    assert.deepEqual(list((await stranger.call('GET', '/v1/mailboxes')).body.items), []);
  });

  for (const [what, body, field] of [
    ['no address', {}, '/email'],
    ['an address that is none', { email: 'bob' }, '/email'],
    ['an unknown profile', { email: 'bob@example.com', profile: 'smtp' }, '/profile'],
    ['an OAuth client that is no id', { email: 'bob@example.com', oauth_client_id: '7' }, '/oauth_client_id'],
    ['a mailbox that is no id', { email: 'bob@example.com', mailbox_id: '7' }, '/mailbox_id'],
  ] as const) {
    it(`with ${what} is refused with the field named`, async () => {
      const answer = await connectDirectly({ oauth_client_id: serviceAccount, ...body });
      assert.deepEqual([answer.status, answer.body.code], [400, 'invalid_request']);
      assert.deepEqual(
        list(answer.body.fields).map((entry) => entry.field),
        [field],
      );
    });
  }
});

describe('a token answer', () => {
  const apiBase = 'https://mail-api.example.com/v1';

  it('names at Google both ways to sign in, at Microsoft the only one', async () => {
    const byProvider = await Promise.all(
      [serviceAccount, application].map(async (oauth_client_id, at) => {
        const made = await connectDirectly({ oauth_client_id, email: `sign-in-${at}@example.com` });
        return readToken(made.body);
      }),
    );
    assert.deepEqual(
      byProvider.map(({ provider }) => provider),
      ['google', 'microsoft'],
    );
    const [google, microsoft] = byProvider.map(({ targets }) => list(targets)[0]);
    assert.deepEqual(google?.sasl_mechanisms, ['XOAUTH2', 'OAUTHBEARER']);
    assert.deepEqual(microsoft?.sasl_mechanisms, ['XOAUTH2']);
    const { host, port, tls, user, sasl_mechanism } = microsoft ?? {};
    assert.deepEqual(
      [host, port, tls, user, sasl_mechanism],
      ['imap.example.com', 993, 'implicit', 'sign-in-1@example.com', 'XOAUTH2'],
    );
  });

  it("has the API's address of the mailbox itself: by name for an application, /me for a person", async () => {
    const own = await connectDirectly({
      oauth_client_id: application,
      email: 'api+tag@example.com',
      profile: 'api',
    });
    assert.deepEqual(list((await readToken(own.body)).targets), [
      { transport: 'graph', base_url: apiBase, mailbox_url: `${apiBase}/users/api%2Btag%40example.com` },
    ]);
    const client = await newClient({ provider: 'microsoft', client_id: 'people', client_secret: 'x' });
    world.behaviour.person = { email: 'eve@example.com', subject: 'eve', name: 'Eve', isManaged: true };
    const person = await connect(world, workspace, {
      provider: 'microsoft',
      profile: 'api',
      oauth_client_id: client,
    });
    assert.deepEqual(list((await readToken(person)).targets), [
      { transport: 'graph', base_url: apiBase, mailbox_url: `${apiBase}/me` },
    ]);
  });

  it("of a shared mailbox signs in under the shared address with the delegate's token", async () => {
    const client = await newClient({ provider: 'microsoft', client_id: 'delegates', client_secret: 'x' });
    world.behaviour.person = { email: 'dora@example.com', subject: 'dora', name: 'Dora', isManaged: true };
    const shared = await connect(world, workspace, {
      provider: 'microsoft',
      profile: 'api',
      oauth_client_id: client,
      shared_mailbox: 'Sales@example.com',
    });
    assert.deepEqual([shared.email, shared.delegate_email], ['sales@example.com', 'dora@example.com']);
    const [target] = list((await readToken(shared)).targets);
    assert.equal(target?.mailbox_url, `${apiBase}/users/sales%40example.com`);
  });

  it('that only sends is had for the API of its provider', async () => {
    const mailbox = await connect(world, workspace, { provider: 'google', profile: 'send_only' });
    const [target] = list((await readToken(mailbox)).targets);
    assert.deepEqual([target?.transport, target?.mailbox_url], ['gmail_api', `${apiBase}/users/me`]);
    await workspace.call('DELETE', `/v1/mailboxes/${text(mailbox.id)}`);
  });
});

describe('a mailbox whose scopes the provider stopped giving', () => {
  it('says which, is degraded, and has a link for its owner, as has the read of what is gone', async () => {
    const mailbox = await connect(world, workspace);
    const path = `/v1/mailboxes/${text(mailbox.id)}`;
    world.behaviour.unticked = ['https://mail.google.com/'];
    world.wait(3_700_000);
    await workspace.call('POST', `${path}/token`);
    const lost = (await workspace.call('GET', path)).body;
    assert.deepEqual(
      [lost.status, lost.lost_scopes, record(lost.verdict).code],
      ['degraded', ['https://mail.google.com/'], 'scope_lost'],
    );
    assert.ok(text(lost.reconnect_url).startsWith(`${publicUrl}/reconnect/`));
    const refused = await workspace.call('POST', `${path}/token`, { resource: 'imap' });
    assert.deepEqual([refused.status, refused.body.code], [409, 'resource_not_granted']);
    assert.ok(text(refused.body.reconnect_url).startsWith(`${publicUrl}/reconnect/`));
    const diagnosis = (await workspace.call('POST', `${path}/diagnose`)).body;
    assert.equal(record(diagnosis.summary).code, 'scope_missing');
    await workspace.call('DELETE', path);
  });
});

describe('a diagnosis', () => {
  it('of a healthy mailbox passes step by step, and holds no secret', async () => {
    const mailbox = await connect(world, workspace);
    const answer = await workspace.call('POST', `/v1/mailboxes/${text(mailbox.id)}/diagnose`);
    assert.equal(answer.status, 200, answer.text);
    const { mailbox_id, email, reconnect_url } = answer.body;
    assert.deepEqual([mailbox_id, email, reconnect_url], [mailbox.id, 'ada@example.com', null]);
    assert.equal(record(answer.body.summary).code, 'ok');
    const steps = list(answer.body.steps);
    assert.deepEqual(
      steps.map(({ step }) => step),
      ['mailbox', 'oauth_client', 'grant', 'refresh', 'scope', 'imap', 'smtp', 'domain'],
    );
    for (const step of steps) {
      assert.deepEqual(Object.keys(step), [
        'step',
        'title',
        'result',
        'verdict',
        'detail',
        'provider',
        'duration_ms',
      ]);
      assert.notEqual(step.result, 'failed', JSON.stringify(step));
    }
    assert.ok(text(answer.body.url).startsWith(`${publicUrl}/diagnosis/`));
    assert.ok(!/(access|refresh)-token-\d/.test(answer.text));
  });

  it('names the step that failed, with the words of the provider, and the way out', async () => {
    const [mailbox] = await mailboxes('?email=ada@example.com');
    world.behaviour.refreshing = 'revoked';
    world.wait(3_700_000);
    const { body } = await workspace.call('POST', `/v1/mailboxes/${text(mailbox?.id)}/diagnose`);
    assert.equal(record(body.summary).code, 'grant_revoked');
    const failed = list(body.steps).find(({ result }) => result === 'failed');
    assert.equal(failed?.step, 'refresh');
    assert.equal(record(failed?.provider).correlation_id, 'c0ffee');
    assert.ok(text(body.reconnect_url).startsWith(`${publicUrl}/reconnect/`));
  });
});
