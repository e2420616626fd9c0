// Instantly's calls about accounts, as its programs make them: every reply compared with a golden file, every
// setting stored and given back, and nothing that pretends to happen.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { SandboxProvider } from '../../sandbox/index.ts';
import { assertGolden } from '../support/golden.ts';
import {
  type Answer,
  type Call,
  type Installation,
  memberOf,
  startInstallation,
} from '../support/installation.ts';

const bob = '/api/v2/accounts/bob%40corp.test';

let installation: Installation;
let call: Call;
/** Names that the DNS of this test knows. */
const dns = new Map<string, string[] | null>();

before(async () => {
  const answer = async (name: string) => dns.get(name) ?? (dns.has(name) ? null : []);
  installation = await startInstallation({
    substitutes: { domains: { mx: async (name) => answer(`mx ${name}`), txt: async (name) => answer(name) } },
  });
  call = installation.call;
  for (const [provider, login] of [
    ['google', 'bob@corp.test'],
    ['google', 'gina@corp.test'],
    ['microsoft', 'erin@contoso.test'],
    ['microsoft', 'frank@contoso.test'],
  ] as const satisfies [SandboxProvider, string][]) {
    const { session } = await installation.connect(provider, { login });
    assert.equal(session.status, 'connected');
  }
});
after(() => installation.close());

async function ok(method: string, path: string, body?: unknown, as: Call = call): Promise<Answer> {
  const answer = await as(method, path, body);
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json\b/);
  return answer;
}

async function emails(query: string): Promise<unknown[]> {
  const { body } = await ok('GET', `/api/v2/accounts?${query}`);
  assert.ok(Array.isArray(body.items));
  return body.items.map((item: unknown) => memberOf(item, 'email'));
}

const everybody = ['bob@corp.test', 'gina@corp.test', 'erin@contoso.test', 'frank@contoso.test'];

describe('the list of accounts', () => {
  it('holds every mailbox of the workspace in the shape that Instantly documents, and of no other', async () => {
    const { body } = await ok('GET', '/api/v2/accounts?limit=100');
    assertGolden('instantly', 'account-list', body);
    assert.deepEqual(await emails('limit=100'), everybody);
    const stranger = await installation.addWorkspace('Stranger');
    assert.deepEqual((await ok('GET', '/api/v2/accounts', undefined, stranger.call)).body, { items: [] });
  });

  it('is read to the end with its cursor, which is `timestamp_created&email`', async () => {
    const seen: unknown[] = [];
    let cursor: unknown;
    do {
      const after = cursor === undefined ? '' : `&starting_after=${encodeURIComponent(String(cursor))}`;
      const { body } = await ok('GET', `/api/v2/accounts?limit=1${after}`);
      assert.ok(Array.isArray(body.items));
      seen.push(...body.items.map((item: unknown) => memberOf(item, 'email')));
      cursor = body.next_starting_after;
      if (cursor !== undefined) assert.match(String(cursor), /^\d{4}-.*Z&[^@]+@/);
    } while (cursor !== undefined);
    assert.deepEqual(seen, everybody);
  });

  it('takes a bare timestamp as a cursor, and the place of an account that is gone', async () => {
    const { body } = await ok('GET', bob);
    const created = String(body.timestamp_created);
    assert.deepEqual(await emails(`starting_after=${created}`), everybody.slice(1));
    assert.deepEqual(await emails(`starting_after=${created}%26gone@corp.test`), everybody);
    assert.equal((await call('GET', '/api/v2/accounts?starting_after=xyz')).status, 400);
  });

  it('filters by search, provider and status, and skips', async () => {
    assert.deepEqual(await emails('search=GINA'), ['gina@corp.test']);
    assert.deepEqual(await emails('provider_code=3'), everybody.slice(2));
    assert.deepEqual(await emails('provider_code=1'), []);
    assert.deepEqual(await emails('status=1&skip=3'), ['frank@contoso.test']);
    assert.deepEqual(await emails('status=2'), []);
  });

  it('is sorted as asked, downwards unless said otherwise, and pages in that order', async () => {
    const sorted = [...everybody].sort();
    assert.deepEqual(await emails('sort_by=email&sort_order=asc'), sorted);
    assert.deepEqual(await emails('sort_by=email'), sorted.toReversed());
    assert.deepEqual(await emails('sort_by=timestamp_created'), everybody.toReversed());
    const { body } = await ok('GET', '/api/v2/accounts?sort_by=email&sort_order=asc&limit=2');
    const cursor = encodeURIComponent(String(body.next_starting_after));
    assert.deepEqual(await emails(`sort_by=email&sort_order=asc&starting_after=${cursor}`), sorted.slice(2));
  });

  it('ignores queries that it does not know and refuses values out of range', async () => {
    assert.deepEqual(await emails('hello=1&include_tags=true'), everybody);
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'sort_by=size', 'filter=NONE']) {
      assert.equal((await call('GET', `/api/v2/accounts?${query}`)).status, 400, query);
    }
  });
});

describe('one account', () => {
  it('is found by its address, encoded or not, in any case, with and without a slash', async () => {
    for (const path of [bob, '/api/v2/accounts/Bob@Corp.test', `${bob}/`, `/compat/instantly${bob}`]) {
      const { body } = await ok('GET', path);
      assertGolden('instantly', 'account', body);
      assert.equal(body.email, 'bob@corp.test');
      assert.deepEqual([body.provider_code, body.status, body.warmup_status], [2, 1, 0]);
      assert.deepEqual([body.first_name, body.last_name], ['Bob', 'Corp']);
      assert.equal(body.organization, installation.workspaceId);
    }
  });

  it('is not found when it is unknown or of another workspace, whatever is asked of it', async () => {
    const stranger = await installation.addWorkspace('Another');
    for (const [method, path] of [
      ['GET', bob],
      ['PATCH', bob],
      ['DELETE', bob],
      ['POST', `${bob}/pause`],
      ['POST', `${bob}/resume`],
      ['POST', `${bob}/mark-fixed`],
    ] as const) {
      const answer = await stranger.call(method, path, method === 'GET' ? undefined : {});
      assert.equal(answer.status, 404, path);
      assertGolden('instantly', 'not-found', answer.body);
    }
  });

  it('keeps and gives back every setting that a PATCH names, and leaves the others', async () => {
    const settings = {
      first_name: 'Robert',
      last_name: 'Corpse',
      daily_limit: 30,
      tracking_domain_name: 'track.corp.test',
      tracking_domain_status: 'active',
      enable_slow_ramp: true,
      inbox_placement_test_limit: 3,
      sending_gap: 10,
      signature: '<p>Bob</p>',
      reply_to: 'replies@corp.test',
    };
    const warmup = {
      limit: 12,
      reply_rate: 0.35,
      increment: '2',
      warmup_custom_ftag: 'tag',
      advanced: { warm_ctd: true, open_rate: 0.9, weekday_only: false },
    };
    const { body } = await ok('PATCH', bob, { ...settings, warmup, skip_cname_check: true, unknown: 1 });
    assertGolden('instantly', 'account', body);
    const read = (await ok('GET', bob)).body;
    assert.deepEqual(read, body);
    for (const [name, value] of Object.entries(settings)) assert.deepEqual(read[name], value, name);
    assert.deepEqual(read.warmup, warmup);

    const { body: less } = await ok('PATCH', bob, {
      remove_tracking_domain: true,
      signature: null,
      warmup: { increment: 'disabled' },
    });
    assert.deepEqual([less.tracking_domain_name, less.signature, less.daily_limit], [null, null, 30]);
    assert.deepEqual(less.warmup, { ...warmup, increment: 'disabled' });
  });

  it('refuses a setting of the wrong type or out of range and changes nothing', async () => {
    const before = (await ok('GET', bob)).body;
    for (const change of [
      { daily_limit: '30' },
      { sending_gap: 1441 },
      { inbox_placement_test_limit: -1 },
      { reply_to: 'nobody' },
      { warmup: { reply_rate: 2 } },
      { warmup: { increment: '9' } },
      { first_name: 7, last_name: 'Changed' },
    ]) {
      const answer = await call('PATCH', bob, change);
      assert.equal(answer.status, 400, JSON.stringify(change));
      assert.match(String(answer.body.message), /^body\//);
    }
    assert.deepEqual((await ok('GET', bob)).body, before);
  });

  it('is paused and resumed, as often as asked', async () => {
    for (let time = 0; time < 2; time++) {
      const { body } = await ok('POST', `${bob}/pause`);
      assertGolden('instantly', 'account', body);
      assert.equal(body.status, 2);
    }
    assert.deepEqual(await emails('filter=ACC_FILTER_PAUSED'), ['bob@corp.test']);
    for (let time = 0; time < 2; time++) assert.equal((await ok('POST', `${bob}/resume`, {})).body.status, 1);
  });

  it('many are paused at once; unknown ones fail alone', async () => {
    const { body } = await ok('POST', '/api/v2/accounts/pause', {
      emails: ['bob@corp.test', 'nobody@corp.test'],
    });
    assertGolden('instantly', 'pause-many', body);
    assert.deepEqual(body, { paused_emails: ['bob@corp.test'], failed_emails: ['nobody@corp.test'] });
    await ok('POST', `${bob}/resume`);
    assert.equal((await call('POST', '/api/v2/accounts/pause', { emails: [] })).status, 400);
  });

  it('refuses a cursor of the list of tags that no tag has, rather than beginning the list again', async () => {
    const path = '/api/v2/custom-tags?starting_after=0190aaaa-0000-7000-8000-000000000000';
    const { status, body } = await call('GET', path);
    assert.deepEqual([status, body.message], [400, 'querystring/starting_after is not a cursor']);
  });

  it('shows what is wrong, and mark-fixed proves it again', async () => {
    const frank = '/api/v2/accounts/frank%40contoso.test';
    const { microsoft } = installation.sandbox;
    microsoft.configure({ fault: { on: 'imap', status: 0, body: 'NO [AUTHENTICATIONFAILED] no' } });
    const broken = await ok('POST', `${frank}/mark-fixed`);
    assertGolden('instantly', 'account-broken', broken.body);
    assert.deepEqual(await emails('filter=ACC_FILTER_ERROR'), ['frank@contoso.test']);
    microsoft.configure({ fault: null });
    const fixed = await ok('POST', `${frank}/mark-fixed`);
    assert.deepEqual([fixed.body.status, fixed.body.status_message], [1, null]);
  });

  it('is answered as it was when it is deleted, and is gone', async () => {
    const { session } = await installation.connect('microsoft', { login: 'dave@outlook.test' });
    assert.equal(session.status, 'connected');
    const dave = '/api/v2/accounts/dave%40outlook.test';
    const answer = await call('DELETE', dave, undefined, { 'content-type': 'application/json' });
    assert.equal(answer.status, 200, answer.text);
    assertGolden('instantly', 'account', answer.body);
    assert.equal((await call('GET', dave)).status, 404);
  });
});

describe('warm-up', () => {
  const enable = '/api/v2/accounts/warmup/enable';
  const done = async (id: unknown) => {
    await installation.gateway.core.backgroundJobs.workDue();
    return (await ok('GET', `/api/v2/background-jobs/${id}`)).body;
  };

  it('is switched by a background job that can be followed; the account says that none runs', async () => {
    const begun = await ok('POST', enable, { emails: ['bob@corp.test', 'nobody@corp.test'] });
    assertGolden('instantly', 'background-job', begun.body);
    assert.deepEqual([begun.body.status, begun.body.progress], ['pending', 0]);
    const job = await done(begun.body.id);
    assertGolden('instantly', 'background-job', job);
    assert.deepEqual([job.status, job.progress], ['success', 100]);
    assert.deepEqual(
      ['success_count', 'failed_count', 'total_to_process'].map((name) => memberOf(job.data, name)),
      [1, 1, 2],
    );
    const { body } = await ok('GET', bob);
    assert.equal(body.warmup_status, 0);
    assert.match(String(body.warmup_status_reason), /not part of this server/);
    assertGolden('instantly', 'account', body, { ours: ['warmup_status_reason'] });
    const list = await ok('GET', '/api/v2/background-jobs?limit=100');
    assertGolden('instantly', 'background-job-list', list.body);
  });

  it('is switched for all but some, and off again', async () => {
    const all = { include_all_emails: true, excluded_emails: ['GINA@corp.test'], search: 'corp' };
    const begun = await ok('POST', '/api/v2/accounts/warmup/disable', all);
    const job = await done(begun.body.id);
    assert.equal(memberOf(job.data, 'success_count'), 1);
    assert.equal((await ok('GET', bob)).body.warmup_status_reason, undefined);
  });

  it('refuses a change that names no account, and hides the jobs of others', async () => {
    assert.equal((await call('POST', enable, {})).status, 400);
    assert.equal((await call('POST', enable)).status, 400);
    const begun = await ok('POST', enable, { emails: ['bob@corp.test'] });
    const stranger = await installation.addWorkspace('Onlooker');
    assert.equal((await stranger.call('GET', `/api/v2/background-jobs/${begun.body.id}`)).status, 404);
    await done(begun.body.id);
  });

  it('has numbers in the documented shape, all of them zero', async () => {
    const { body } = await ok('POST', '/api/v2/accounts/warmup-analytics', {
      emails: ['bob@corp.test', 'nobody@corp.test'],
    });
    assertGolden('instantly', 'warmup-analytics', body);
    const days = memberOf(body.email_date_data, 'bob@corp.test');
    assert.ok(typeof days === 'object' && days !== null && Object.keys(days).length === 7);
    for (const day of Object.values(days)) {
      assertGolden('instantly', 'warmup-analytics-day', day);
      assert.deepEqual(day, { sent: 0, landed_inbox: 0, landed_spam: 0, received: 0 });
    }
  });
});

describe('test vitals', () => {
  const vitals = '/api/v2/accounts/test/vitals';

  it('passes a domain whose MX, SPF, DKIM and DMARC are in the DNS', async () => {
    dns.set('mx corp.test', ['mx.corp.test']);
    dns.set('corp.test', ['other', 'v=spf1 include:_spf.corp.test ~all']);
    dns.set('google._domainkey.corp.test', ['v=DKIM1; k=rsa; p=MIGf']);
    dns.set('_dmarc.corp.test', ['v=DMARC1; p=none']);
    const { body } = await ok('POST', vitals, { accounts: ['bob@corp.test', 'gina@corp.test'] });
    assertGolden('instantly', 'test-vitals', body);
    const passed = { domain: 'corp.test', allPass: true, mx: true, spf: true, dkim: true, dmarc: true };
    assert.deepEqual(body, { status: 'success', success_list: [passed], failure_list: [] });
  });

  it('tells what is missing from what the DNS did not answer', async () => {
    dns.set('mx contoso.test', ['.']);
    dns.set('contoso.test', null);
    dns.set('selector1._domainkey.contoso.test', ['v=DKIM1; p=']);
    const { body } = await ok('POST', vitals, { accounts: ['erin@contoso.test', 'nobody@else.test'] });
    assertGolden('instantly', 'test-vitals', body, { ours: ['failure_list[].reason'] });
    assert.ok(Array.isArray(body.failure_list));
    const [contoso, unknown] = body.failure_list;
    assert.deepEqual([memberOf(contoso, 'mx'), memberOf(contoso, 'dkim')], [false, false]);
    assert.match(String(memberOf(contoso, 'reason')), /did not answer/);
    assert.match(String(memberOf(unknown, 'reason')), /No account/);
    assert.equal((await call('POST', vitals, {})).status, 400);
  });
});

describe('custom tags', () => {
  it('are made once, given to accounts, filtered by and taken away', async () => {
    const made = await ok('POST', '/api/v2/custom-tags', { label: 'Batch 2' });
    assertGolden('instantly', 'custom-tag', made.body);
    assert.deepEqual((await ok('POST', '/api/v2/custom-tags', { label: 'Batch 2' })).body, made.body);
    const list = await ok('GET', '/api/v2/custom-tags?limit=100');
    assertGolden('instantly', 'custom-tag-list', list.body);
    const toggle = (assign: boolean) =>
      ok('POST', '/api/v2/custom-tags/toggle-resource', {
        tag_ids: [made.body.id],
        resource_type: 1,
        resource_ids: ['gina@corp.test'],
        assign,
      });
    await toggle(true);
    assert.deepEqual(await emails(`tag_ids=${made.body.id}`), ['gina@corp.test']);
    assert.deepEqual(await emails(`tag_ids_all=${made.body.id}`), ['gina@corp.test']);
    const tagged = await ok('GET', `/api/v2/accounts?include_tags=true&tag_ids=${made.body.id}`);
    assertGolden('instantly', 'account-list-tags', tagged.body);
    await toggle(false);
    assert.deepEqual(await emails(`tag_ids=${made.body.id}`), []);
    const renamed = await ok('PATCH', `/api/v2/custom-tags/${made.body.id}`, { label: 'Batch 3' });
    assert.equal(renamed.body.label, 'Batch 3');
  });
});

it('no reply about accounts holds a secret of a provider', async () => {
  const texts = [
    await ok('GET', '/api/v2/accounts?limit=100&include_tags=true'),
    await ok('GET', bob),
    await ok('PATCH', bob, {}),
  ].map(({ text }) => text);
  for (const secret of installation.sandbox.mintedSecrets()) {
    for (const text of texts) assert.ok(!text.includes(secret));
  }
});
