// Credentials of OAuth clients over the native API: they go in and never come out, only the operator names one that is
// held elsewhere, the next one is entered ahead, and an examination says what is wrong with them.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { createBehaviour, words } from './native-providers.ts';
import {
  type Answer,
  type Call,
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
/** An installation key that acts in the workspace. */
let operator: Call;

before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme Sales');
  stranger = await world.addWorkspace('Stranger');
  const call = world.callAs(world.installationKey);
  operator = (method, path, body) => call(method, path, body, { 'mailgrant-workspace': workspace.id });
});
after(() => world.close());
afterEach(() => {
  const { findings, references } = createBehaviour();
  Object.assign(world.behaviour, { findings, references, refreshing: 'rotating', authenticatedWith: [] });
});

const later = '2030-01-01T00:00:00.000Z';
const plain = { provider: 'google', name: 'Own', client_id: 'own' };
const create = (body: Json, call: Call = workspace.call) =>
  call('POST', '/v1/oauth-clients', { ...plain, ...body });

const fieldsOf = ({ status, body }: Answer): string[] => {
  assert.deepEqual([status, body.code], [400, 'invalid_request'], JSON.stringify(body));
  return list(body.fields).map(({ field, message }) => `${field} ${message}`);
};

describe('a credential', () => {
  it('gets its end by itself when somebody learns of it later, and is itself as it was', async () => {
    const made = await create({ client_secret: 'canary-endless' });
    const path = `/v1/oauth-clients/${text(made.body.id)}`;
    const changed = await workspace.call('PATCH', path, { client_secret_expires_at: later });
    const [before, after] = [record(made.body.credential), record(changed.body.credential)];
    assert.deepEqual(after, { ...before, expires_at: record(changed.body.credential).expires_at });
    assert.equal(Date.parse(text(after.expires_at)), Date.parse(later));
  });

  it('is in no answer and no event, in whatever form it was entered', async () => {
    const made = [
      await create({ client_secret: 'canary-short', client_secret_expires_at: later }),
      await create({ credential: { value: 'canary-secret', expires_at: later } }),
      await create({
        provider: 'microsoft',
        credential: { kind: 'certificate', value: '-----BEGIN canary-certificate\n-----END' },
      }),
      await create({
        grant_type: 'jwt_bearer',
        client_id: undefined,
        credential: { kind: 'service_account_key', value: '{"private_key":"canary-key"}' },
      }),
    ];
    const answers = [...made];
    for (const { status, body, text: shown } of made) {
      assert.equal(status, 201, shown);
      const path = `/v1/oauth-clients/${text(body.id)}`;
      const { kind } = record(body.credential);
      answers.push(
        await workspace.call('PATCH', path, { next_credential: { kind, value: 'canary-next' } }),
        await workspace.call('GET', path),
        await workspace.call('POST', `${path}/examine`),
        await workspace.call('GET', `${path}/set-up`),
      );
    }
    answers.push(await workspace.call('GET', '/v1/oauth-clients'), await workspace.call('GET', '/v1/events'));
    for (const answer of answers) {
      assert.ok(answer.status < 300, answer.text);
      assert.ok(!answer.text.includes('canary'), answer.text);
    }
    const [short, secret, certificate, keyFile] = made.map(({ body }) => record(body.credential));
    assert.deepEqual(Object.keys(short ?? {}), ['kind', 'held', 'reference', 'expires_at', 'added_at']);
    for (const credential of [short, secret]) {
      assert.deepEqual([credential?.kind, credential?.expires_at], ['secret', later]);
    }
    assert.equal(certificate?.kind, 'certificate');
    assert.equal(keyFile?.kind, 'service_account_key');
    assert.equal(made[3]?.body.client_id, '110011', 'the key file names its client id');
    assert.ok(world.lines.every((line) => !line.includes('canary')));
  });

  it('that cannot be used is refused without being repeated', async () => {
    const answer = await create({ credential: { value: 'torn canary' } });
    assert.deepEqual(fieldsOf(answer), ['/credential cannot be read']);
    assert.ok(!answer.text.includes('canary'));
  });

  for (const [what, body, fields] of [
    [
      'in both forms',
      { client_secret: 'x', credential: { value: 'y' } },
      ['/client_secret is there twice: see credential'],
    ],
    ['in neither form', {}, ['/credential is required, or client_secret in its place']],
    [
      'by value and by reference',
      { credential: { value: 'x', reference: 'y' } },
      ['/credential must have either value or reference'],
    ],
    [
      'without value and reference',
      { credential: { kind: 'secret' } },
      ['/credential needs value or reference'],
    ],
    ['that is empty', { credential: { value: '' } }, ['/credential/value must not be empty']],
    [
      'of an unknown kind',
      { credential: { kind: 'password', value: 'x' } },
      ['/credential/kind must be one of: secret, certificate, service_account_key'],
    ],
    [
      'of a kind that the provider does not take',
      { credential: { kind: 'certificate', value: 'x' } },
      ['/credential/kind must be one of: secret'],
    ],
    [
      'with an unknown member',
      { credential: { value: 'x', path: '/etc/passwd' } },
      ['/credential/path is not known here'],
    ],
    [
      'that is over',
      { credential: { value: 'x', expires_at: '2020-01-01T00:00:00Z' } },
      ['/credential has expired already'],
    ],
    [
      'that ends at a leap second',
      { credential: { value: 'x', expires_at: '2026-12-31T23:59:60Z' } },
      ['/credential/expires_at must be a time that exists, without leap seconds'],
    ],
    [
      'whose end is no time',
      { client_secret: 'x', client_secret_expires_at: 'soon' },
      ['/client_secret_expires_at must be a date-time or null'],
    ],
    [
      'whose end comes alone',
      { credential: { value: 'x' }, client_secret_expires_at: later },
      ['/client_secret_expires_at belongs to client_secret: see expires_at of credential'],
    ],
    [
      'for a grant type that the provider has not',
      { grant_type: 'client_credentials', client_secret: 'x' },
      ['/grant_type google has no OAuth clients of this grant type'],
    ],
    [
      'for an unknown grant type',
      { grant_type: 'password', client_secret: 'x' },
      ['/grant_type must be one of: authorization_code, jwt_bearer, client_credentials'],
    ],
    [
      'without a client id that it could name',
      { client_id: undefined, client_secret: 'x' },
      ['/client_id is required'],
    ],
    [
      'beside a word that is no switch',
      { client_secret: 'x', customers_may_use: 'yes' },
      ['/customers_may_use must be boolean'],
    ],
  ] as const) {
    it(`${what} is refused with the field named`, async () => {
      assert.deepEqual(fieldsOf(await create(body)), fields);
    });
  }
});

describe('a reference', () => {
  it('is named by keys of the installation alone, for the current and the next credential', async () => {
    world.behaviour.references = { 'acme-google': 'held elsewhere' };
    const refused = await create({ credential: { reference: 'acme-google' } });
    assert.deepEqual([refused.status, refused.body.code], [403, 'permission_denied']);
    const own = `/v1/oauth-clients/${workspace.oauthClientId}`;
    for (const member of ['credential', 'next_credential']) {
      const answer = await workspace.call('PATCH', own, { [member]: { reference: 'acme-google' } });
      assert.deepEqual([answer.status, answer.body.code], [403, 'permission_denied'], member);
    }
    const made = await create({ credential: { reference: 'acme-google' } }, operator);
    assert.equal(made.status, 201, made.text);
    const { held, reference } = record(made.body.credential);
    assert.deepEqual([held, reference], ['reference', 'acme-google']);
    assert.ok(!made.text.includes('held elsewhere'));
    // The workspace sees its client, and still cannot name the reference itself.
    assert.equal((await workspace.call('GET', `/v1/oauth-clients/${text(made.body.id)}`)).status, 200);
  });

  it('that leads nowhere is refused with the field named', async () => {
    const fields = fieldsOf(await create({ credential: { reference: 'unknown' } }, operator));
    assert.deepEqual(fields, ['/credential/reference is not declared by the operator']);
  });
});

describe('a next credential', () => {
  it('is entered ahead, shown without its text, and removed by null', async () => {
    const path = `/v1/oauth-clients/${text((await create({ client_secret: 'current' })).body.id)}`;
    const entered = await workspace.call('PATCH', path, {
      next_credential: { value: 'the next', expires_at: later },
    });
    const { added_at, ...next } = record(entered.body.next_credential);
    assert.deepEqual(next, { kind: 'secret', held: 'here', reference: null, expires_at: later });
    assert.ok(Date.parse(text(added_at)) > 0);
    const removed = await workspace.call('PATCH', path, { next_credential: null });
    assert.deepEqual([removed.status, removed.body.next_credential], [200, null]);
  });

  it('with a mistake is refused with the member named, not for being no null', async () => {
    const path = `/v1/oauth-clients/${workspace.oauthClientId}`;
    const answer = await workspace.call('PATCH', path, { next_credential: { value: 7, file: 'x' } });
    assert.deepEqual(fieldsOf(answer).sort(), [
      '/next_credential/file is not known here',
      '/next_credential/value must be string',
    ]);
    assert.deepEqual(fieldsOf(await workspace.call('PATCH', path, { next_credential: 'x' })), [
      '/next_credential must be object or null',
    ]);
  });
});

describe('an OAuth client', () => {
  it('says whether customers may use it', async () => {
    const { body } = await create({ client_secret: 'x', customers_may_use: true });
    assert.equal(body.customers_may_use, true);
    const changed = await workspace.call('PATCH', `/v1/oauth-clients/${text(body.id)}`, {
      customers_may_use: false,
    });
    assert.equal(changed.body.customers_may_use, false);
  });

  it('of a workspace with its own host has its redirect URI there', async () => {
    const branded = await world.addWorkspace('Branded');
    const call = world.callAs(world.installationKey);
    const origin = 'https://connect.branded.example';
    const set = await call(
      'PATCH',
      '/v1/settings',
      { branding: { origin } },
      { 'mailgrant-workspace': branded.id },
    );
    assert.equal(set.status, 200, set.text);
    const { body } = await branded.call('GET', `/v1/oauth-clients/${branded.oauthClientId}`);
    assert.equal(body.redirect_uri, `${origin}/oauth/callback/${branded.oauthClientId}`);
  });

  it('is another registration only while no mailbox depends on it', async () => {
    const own = await world.addWorkspace('In use');
    await connect(world, own);
    const path = `/v1/oauth-clients/${own.oauthClientId}`;
    const answer = await own.call('PATCH', path, { client_id: 'another' });
    assert.deepEqual([answer.status, answer.body.code], [409, 'oauth_client_in_use']);
    assert.equal((await own.call('PATCH', path, { client_secret: 'rotated' })).status, 200);
  });

  it('that is deleted by force leaves a list of mailboxes, each with its reason and a link', async () => {
    const own = await world.addWorkspace('Leaving');
    const mailbox = await connect(world, own);
    const other = await own.call('POST', '/v1/oauth-clients', { ...plain, client_secret: 'x' });
    const path = `/v1/oauth-clients/${own.oauthClientId}`;
    for (const refused of [path, `${path}?force=false`]) {
      assert.equal((await own.call('DELETE', refused)).body.code, 'oauth_client_in_use');
    }
    const gone = await own.call('DELETE', `${path}?force=true`);
    assert.equal(gone.status, 200, gone.text);
    assert.equal(gone.body.mailboxes, 1);
    assert.equal(record(gone.body.fallback_oauth_client).id, other.body.id);
    const listUrl = text(gone.body.must_reconnect_url);
    assert.equal(listUrl, `${publicUrl}/v1/mailboxes?oauth_client_id=${own.oauthClientId}`);
    const { pathname, search } = new URL(listUrl);
    const { body } = await own.call('GET', pathname + search);
    const [left] = list(body.items);
    assert.deepEqual([left?.id, left?.status], [mailbox.id, 'needs_reauthorization']);
    assert.equal(record(left?.verdict).code, 'oauth_client_deleted');
    assert.ok(text(left?.reconnect_url).startsWith(`${publicUrl}/reconnect/`));
    const foreign = await stranger.call('GET', pathname + search);
    assert.deepEqual(list(foreign.body.items), []);
    const others = await own.call('GET', `/v1/mailboxes?oauth_client_id=${text(other.body.id)}`);
    assert.deepEqual(list(others.body.items), []);
  });

  it('that nothing depends on is gone without a word, and force takes no other word', async () => {
    const made = await create({ client_secret: 'x' });
    const path = `/v1/oauth-clients/${text(made.body.id)}`;
    assert.deepEqual(fieldsOf(await workspace.call('DELETE', `${path}?force=1`)), [
      'force must be one of: true, false',
    ]);
    const gone = await workspace.call('DELETE', path);
    assert.deepEqual([gone.status, gone.text], [204, '']);
  });
});

describe('an examination', () => {
  it('says of each step what came out, with the words of the provider, and stays to be read', async () => {
    world.behaviour.findings = [
      { subject: 'client_id', result: 'passed', reason: null, provider: null },
      { subject: 'credential', result: 'failed', reason: 'client_secret_wrong', provider: words },
      { subject: 'redirect_uri', result: 'unknown', reason: 'test_mailbox_needed', provider: null },
    ];
    const path = `/v1/oauth-clients/${text((await create({ client_secret: 'wrong' })).body.id)}`;
    const { status, body } = await workspace.call('POST', `${path}/examine`, { email: 'Ada@Example.com' });
    assert.equal(status, 200);
    assert.equal(world.behaviour.examinedWith.at(-1), 'ada@example.com');
    const steps = list(body.steps);
    assert.deepEqual(
      steps.map(({ subject, result }) => [subject, result]),
      [
        ['client_id', 'passed'],
        ['credential', 'failed'],
        ['redirect_uri', 'unknown'],
        ['expiry', 'passed'],
        ['mailbox', 'unknown'],
      ],
    );
    assert.equal(steps[0]?.verdict, null);
    assert.equal(record(steps[1]?.verdict).code, 'client_secret_wrong');
    assert.equal(record(steps[1]?.verdict).actor, 'workspace');
    assert.equal(record(steps[1]?.provider).correlation_id, 'c0ffee');
    const read = (await workspace.call('GET', path)).body;
    assert.deepEqual(read.examination, body);
    assert.equal(read.status, 'paused');
    const repaired = await workspace.call('PATCH', path, { client_secret: 'right' });
    assert.deepEqual([repaired.body.status, repaired.body.examination], ['active', null]);
  });

  it('of a shared OAuth client is for its owner alone', async () => {
    const shared = await world.callAs(world.installationKey)('POST', '/v1/oauth-clients', {
      ...plain,
      client_secret: 'x',
    });
    const path = `/v1/oauth-clients/${text(shared.body.id)}/examine`;
    assert.deepEqual((await workspace.call('POST', path)).body.code, 'not_found');
    assert.equal((await world.callAs(world.installationKey)('POST', path)).status, 200);
  });

  it('takes no address that is none', async () => {
    const path = `/v1/oauth-clients/${workspace.oauthClientId}/examine`;
    assert.deepEqual(fieldsOf(await workspace.call('POST', path, { email: 'ada' })), [
      '/email is not of the form that is needed here',
    ]);
  });
});

describe('a set-up list', () => {
  it('holds the redirect URI letter by letter, in steps with words', async () => {
    const own = (await workspace.call('GET', `/v1/oauth-clients/${workspace.oauthClientId}`)).body;
    const { status, body } = await workspace.call(
      'GET',
      `/v1/oauth-clients/${workspace.oauthClientId}/set-up`,
    );
    assert.equal(status, 200);
    assert.deepEqual(
      [body.oauth_client_id, body.provider, body.grant_type],
      [workspace.oauthClientId, 'google', 'authorization_code'],
    );
    const steps = list(body.steps);
    assert.ok(steps.length > 2 && steps.every(({ title, what }) => text(title) && Array.isArray(what)));
    const values = steps.flatMap((step) => list(step.values).map(({ value }) => value));
    assert.ok(values.includes(own.redirect_uri));
  });
});
