// Email accounts of the Smartlead surface after they are saved: lists, changes, suspension, warm-up, reconnection,
// tags and clients, each reply compared with the vendor's shape, by a client written from its description.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../src/system.ts';
import { assertGolden } from '../support/golden.ts';
import { type Call, type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { createSmartleadClient, type SmartleadClient } from './clients/smartlead.ts';
import { accountOf, base, save } from './smartlead-world.ts';

const root = '/api/v1';

let installation: Installation;
let call: Call;
let client: SmartleadClient;
let stranger: Call;
/** Milliseconds by which the gateway's clock is ahead. */
let ahead = 0;
const ids: number[] = [];

before(async () => {
  installation = await startInstallation({
    environment: { MAILGRANT_SURFACES: 'smartlead' },
    substitutes: { clock: { ...systemClock, now: () => Date.now() + ahead } },
  });
  call = installation.call;
  client = createSmartleadClient({ baseUrl: `${installation.address}${root}`, apiKey: installation.apiKey });
  stranger = (await installation.addWorkspace('Stranger')).call;
  const warmup = { warmup_enabled: true, total_warmup_per_day: 10, client_id: 5 };
  ids.push(
    await save(installation, 'bob@corp.test', { changes: warmup }),
    await save(installation, 'gina@corp.test'),
    await save(installation, 'erin@contoso.test', { provider: 'microsoft' }),
  );
});
after(() => installation.close());

const first = (): number => ids[0] ?? 0;
const numbersIn = (list: unknown): unknown[] =>
  Array.isArray(list) ? list.map((one) => memberOf(one, 'id')) : [];
const listed = async (query: string): Promise<unknown[]> => {
  const { status, text } = await call('GET', `${base}/?${query}`);
  assert.equal(status, 200, text);
  return numbersIn(JSON.parse(text));
};

describe('the list', () => {
  it('is a bare array with every member that the vendor tells', async () => {
    const { headers, text } = await call('GET', `${base}/?limit=1`);
    assert.match(headers.get('content-type') ?? '', /^application\/json\b/);
    const extras = ['daily_rampup', 'is_rampup_enabled', 'auto_adjust_warmup', 'is_warmup_blocked'];
    assertGolden('smartlead', 'list', JSON.parse(text), {
      ours: extras.map((name) => `[].warmup_details.${name}`),
    });
  });

  it('pages by offset until one is short', async () => {
    for (const pageSize of [1, 2, 3, 100]) assert.deepEqual(numbersIn(await client.listAll(pageSize)), ids);
  });

  it('knows each filter, and takes no notice of what it does not know', async () => {
    const [bob, gina, erin] = ids;
    const filters: [string, unknown[]][] = [
      ['esp=GMAIL', [bob, gina]],
      ['esp=OUTLOOK', [erin]],
      ['esp=SMTP', []],
      ['username=CORP', [bob, gina]],
      ['username=corp&offset=1&limit=1', [gina]],
      ['client_id=5', [bob]],
      ['isSmtpSuccess=true', ids],
      ['isSmtpSuccess=False', []],
      ['isInUse=true', []],
      ['isInUse=false', ids],
      ['isWarmupBlocked=true', [bob]],
      ['emailWarmupStatus=ACTIVE', []],
      ['emailWarmupStatus=INACTIVE', ids],
      ['fetch_campaigns=true&colour=blue', ids],
    ];
    for (const [query, expected] of filters) assert.deepEqual(await listed(query), expected, query);
  });

  it('refuses a wrong page or filter with 422', async () => {
    const wrong: [string, string][] = [
      ['limit=101', 'limit must be less than or equal to 100'],
      ['limit=0', 'limit must be greater than or equal to 1'],
      ['limit=x', 'limit must be a number'],
      ['offset=-1', 'offset must be greater than or equal to 0'],
      ['esp=YAHOO', 'esp must be one of [GMAIL, OUTLOOK, SMTP]'],
      ['isInUse=1', 'isInUse must be one of [true, false]'],
    ];
    for (const [query, message] of wrong) {
      const { status, body } = await call('GET', `${base}/?${query}`);
      assert.deepEqual([status, body.error], [422, message], query);
    }
  });

  it('shows a workspace its own accounts only', async () => {
    assert.equal((await stranger('GET', base)).text, '[]');
  });
});

describe('one account', () => {
  it('is told with its settings, and is not found by another workspace', async () => {
    const body = await client.read(first());
    const extras = ['expires_at', 'minTimeToWaitInMins', 'campaign_count', 'is_connected_to_campaign'];
    const warmupExtras = ['daily_rampup', 'is_rampup_enabled', 'auto_adjust_warmup'];
    assertGolden('smartlead', 'read', body, {
      ours: [...extras, 'tags[].color', ...warmupExtras.map((name) => `warmup_details.${name}`)],
    });
    for (const path of [`${base}/${first()}`, `${base}/424242`, `${base}/abc`]) {
      const { status, body } = await stranger('GET', path);
      assert.equal(status, 404);
      assertGolden('smartlead', 'not-found', body, { ours: ['ok', 'message'] });
    }
  });

  for (const method of ['POST', 'PATCH'] as const) {
    it(`is changed by ${method}, what is not named stays, and null clears`, async () => {
      const settings = { bcc: 'copy@corp.test', signature: 'S', time_to_wait_in_mins: 9, client_id: 6 };
      const changes = {
        ...settings,
        from_name: 'Bobby',
        custom_tracking_url: 't.corp.test',
        max_email_per_day: 8,
      };
      const { status, body } = await call(method, `${base}/${first()}`, changes);
      assert.equal(status, 200);
      assertGolden('smartlead', 'update', body);
      await call(method, `${base}/${first()}/`, { signature: null, is_suspended: true });
      const after = await client.read(first());
      const told = [
        'from_name',
        'bcc_email',
        'signature',
        'minTimeToWaitInMins',
        'client_id',
        'is_suspended',
      ];
      assert.deepEqual(
        told.map((name) => memberOf(after, name)),
        ['Bobby', 'copy@corp.test', null, 9, 6, true],
      );
      assert.equal(memberOf(after, 'message_per_day'), 8);
      assert.equal(memberOf(after, 'custom_tracking_domain'), 't.corp.test');
      await client.update(first(), { is_suspended: false, client_id: 5 });
    });
  }

  it('is not changed by a wrong value, nor by another workspace', async () => {
    const wrong = await call('POST', `${base}/${first()}`, { max_email_per_day: 'many', from_name: 'X' });
    assert.deepEqual([wrong.status, wrong.body.error], [422, 'max_email_per_day must be a number']);
    assert.equal((await stranger('POST', `${base}/${first()}`, { from_name: 'X' })).status, 404);
    assert.notEqual(memberOf(await client.read(first()), 'from_name'), 'X');
  });

  it('is suspended and unsuspended, as often as it is asked for, with or without a body', async () => {
    for (const _ of [1, 2]) assertGolden('smartlead', 'suspend', await client.suspend(first()));
    assert.equal(memberOf(await client.read(first()), 'is_suspended'), true);
    for (const body of [undefined, '', '{}']) {
      const { status, body: reply } = await call('DELETE', `${base}/unsuspend/${first()}`, body);
      assert.equal(status, 200);
      assertGolden('smartlead', 'unsuspend', reply);
    }
    assert.equal(memberOf(await client.read(first()), 'is_suspended'), false);
    const unknown = await stranger('PUT', `${base}/suspend/${first()}`);
    assert.equal(unknown.status, 400);
    assertGolden('smartlead', 'suspend-not-found', unknown.body, { ours: ['ok', 'error'] });
    const none = await call('PUT', `${base}/suspend/abc`);
    assert.deepEqual([none.status, none.body.message], [400, 'Valid account ID is required']);
  });

  it('is deleted once; after that it is not found', async () => {
    const id = await save(installation, 'alice@gmail.test');
    assert.equal((await stranger('DELETE', `${base}/${id}`)).status, 404);
    assertGolden('smartlead', 'delete', await client.remove(id));
    const again = await call('DELETE', `${base}/${id}`);
    assert.equal(again.status, 404);
    assertGolden('smartlead', 'delete-not-found', again.body, { ours: ['error'] });
    assert.equal(again.body.emailAccountId, id);
  });
});

describe('warm-up', () => {
  it('is kept as asked for, and is told to be inactive and why', async () => {
    const settings = {
      warmup_enabled: true,
      total_warmup_per_day: 35,
      daily_rampup: 2,
      reply_rate_percentage: 40,
      warmup_key_id: 'apple-juice',
      auto_adjust_warmup: true,
      is_rampup_enabled: true,
    };
    const reply = await client.setWarmup(first(), settings);
    assertGolden('smartlead', 'warmup', reply, { ours: ['warmup_details'] });
    const details = memberOf(await client.read(first()), 'warmup_details');
    const told = [
      'warmup_max_count',
      'daily_rampup',
      'reply_rate',
      'warmup_key_id',
      'status',
      'is_warmup_blocked',
    ];
    assert.deepEqual(
      told.map((name) => memberOf(details, name)),
      [35, 2, 40, 'apple-juice', 'INACTIVE', true],
    );
    assert.match(String(memberOf(details, 'blocked_reason')), /sends no warm-up messages/);
  });

  it('refuses what is out of range', async () => {
    const wrong: [Record<string, unknown>, string][] = [
      [{}, 'warmup_enabled is required'],
      [
        { warmup_enabled: true, total_warmup_per_day: 51 },
        'total_warmup_per_day must be less than or equal to 50',
      ],
      [{ warmup_enabled: true, daily_rampup: 21 }, 'daily_rampup must be less than or equal to 20'],
      [
        { warmup_enabled: true, reply_rate_percentage: 19 },
        'reply_rate_percentage must be greater than or equal to 20',
      ],
    ];
    for (const [body, message] of wrong) {
      const answer = await call('POST', `${base}/${first()}/warmup`, body);
      assert.deepEqual([answer.status, answer.body.error], [422, message]);
    }
  });

  it('has statistics of seven days, all of them zero', async () => {
    const stats = await client.warmupStats(first());
    assertGolden('smartlead', 'warmup-stats', stats, { ours: ['warmup_status', 'blocked_reason'] });
    const days = memberOf(stats, 'stats_by_date');
    assert.equal(Array.isArray(days) && days.length, 7);
    assert.deepEqual([memberOf(stats, 'sent_count'), memberOf(stats, 'total_sent')], ['0', 0]);
    const { status, body } = await stranger('GET', `${base}/${first()}/warmup-stats`);
    assert.equal(status, 404);
    assertGolden('smartlead', 'warmup-stats-not-found', body, { ours: ['ok', 'error'] });
  });
});

describe('tags', () => {
  it('are made once for a name, changed, assigned, told and removed', async () => {
    const made = await client.createTag({ name: 'Sales', color: '#ff8800' });
    assertGolden('smartlead', 'create-tag', made);
    const id = memberOf(memberOf(made, 'data'), 'id');
    assert.deepEqual(await client.createTag({ name: 'Sales', color: '#ff8800' }), made);
    const changed = await call('POST', `${base}/tag-manager`, { id, name: 'Sales EU', color: '#0088ff' });
    assertGolden('smartlead', 'tag-manager', changed.body);
    assertGolden('smartlead', 'tags', JSON.parse((await call('GET', `${base}/tags/`)).text));

    const mapping = { email_account_ids: ids.slice(0, 2), tag_ids: [id] };
    for (const _ of [1, 2]) assertGolden('smartlead', 'assign-tags', await client.assignTags(mapping));
    const told = await call('POST', `${base}/tag-list`, { email_ids: ['Bob@corp.test', 'nobody@corp.test'] });
    assertGolden('smartlead', 'tag-list', told.body);
    const tag = { id, name: 'Sales EU', color: '#0088ff' };
    assert.deepEqual(told.body.data, [
      { email_account_id: first(), from_email: 'bob@corp.test', tags: [tag] },
    ]);
    assert.deepEqual(memberOf(await client.read(first()), 'tags'), [tag]);
    for (const _ of [1, 2]) assertGolden('smartlead', 'remove-tags', await client.removeTags(mapping));
    assert.deepEqual(memberOf(await client.read(first()), 'tags'), []);
  });

  it('refuses a wrong colour, too many accounts, and those of others', async () => {
    const colour = await call('POST', `${base}/tags`, { name: 'x', color: 'red' });
    assert.equal(colour.status, 422);
    const many = Array.from({ length: 26 }, (_, index) => index + 1);
    const tooMany = await call('POST', `${base}/tag-mapping`, { email_account_ids: many, tag_ids: [1] });
    assert.equal(tooMany.status, 422);
    const foreign = await stranger('POST', `${base}/tag-mapping`, {
      email_account_ids: [first()],
      tag_ids: [1],
    });
    assert.equal(foreign.status, 404);
    assert.equal((await call('POST', `${base}/tag-manager`, { id: 999, name: 'x' })).status, 404);
  });
});

describe('clients', () => {
  it('are saved once for an address, listed, and name the accounts that are given to them', async () => {
    const saved = await client.saveClient({
      name: 'Acme',
      email: 'boss@acme.test',
      permission: ['full_access'],
    });
    assertGolden('smartlead', 'client-save', saved);
    assert.deepEqual(await client.saveClient({ name: 'Acme', email: 'Boss@acme.test' }), saved);
    const list = await call('GET', `${root}/client/`);
    assertGolden('smartlead', 'client-list', JSON.parse(list.text));
    assert.equal((await stranger('GET', `${root}/client`)).text, '[]');
    const number = memberOf(saved, 'clientId');
    await client.update(first(), { client_id: number });
    assert.deepEqual(await listed(`client_id=${number}`), [first()]);
  });
});

describe('reconnecting what failed', () => {
  const path = `${base}/reconnect-failed-email-accounts`;

  it('says so when nothing did', async () => {
    const { status, body } = await call('POST', path, {});
    assert.equal(status, 404);
    assertGolden('smartlead', 'reconnect-failed-none', body, { ours: ['error'] });
  });

  it('proves failed accounts again, three times a day for a workspace', async () => {
    const { core } = installation.gateway;
    installation.sandbox.microsoft.addUser({ login: 'heals@contoso.test', imapDisabled: true });
    const id = await save(installation, 'heals@contoso.test', { provider: 'microsoft' });
    assert.deepEqual(await listed('isSmtpSuccess=true'), [...ids, id]);
    for (let use = 1; use <= 3; use += 1) {
      assertGolden('smartlead', 'reconnect-failed', await client.reconnectFailed());
    }
    const fourth = await call('POST', path);
    assert.equal(fourth.status, 406);
    assertGolden('smartlead', 'reconnect-failed-limit', fourth.body, { ours: ['error'] });

    installation.sandbox.microsoft.setUser('heals@contoso.test', { imapDisabled: false });
    ahead = 24 * 3_600_000;
    assertGolden('smartlead', 'reconnect-failed', (await call('POST', path)).body);
    await core.maintenance.verifyDueMailboxes();
    assert.equal(memberOf(await client.read(id), 'is_imap_success'), true);
  });

  it('cannot bring back a permission that was withdrawn, and shows where it died', async () => {
    installation.sandbox.google.addUser({ login: 'gone@corp.test', hostedDomain: 'corp.test' });
    const id = await save(installation, 'gone@corp.test');
    await installation.sandbox.google.revokeUser('gone@corp.test');
    // A token that is seconds old is not refreshed to judge a login.
    ahead += 7_200_000;
    await installation.gateway.core.mailboxes.verify(
      await installation.gateway.core.apiKeys.authenticate(installation.apiKey),
      await nativeIdOf('gone@corp.test'),
    );
    const dead = await client.read(id);
    assert.equal(memberOf(dead, 'is_imap_success'), false);
    assert.match(String(memberOf(dead, 'imap_failure_error')), /no longer accepts the permission/);
    assert.ok((await listed('isSmtpSuccess=false')).includes(id));
    const again = await call('POST', `${base}/save-oauth`, await accountOf(installation, 'gone@corp.test'));
    assert.equal(memberOf(again.body.data, 'id'), id);
    assert.equal(memberOf(await client.read(id), 'is_imap_success'), true);
  });
});

async function nativeIdOf(email: string): Promise<string> {
  const { body } = await call('GET', `/v1/mailboxes?email=${encodeURIComponent(email)}`);
  const [item]: unknown[] = Array.isArray(body.data)
    ? body.data
    : Array.isArray(body.items)
      ? body.items
      : [];
  return String(memberOf(item, 'id'));
}
