// API keys in Instantly's form, its scopes and their supersets; and what Instantly has and this server has not.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertGolden } from '../support/golden.ts';
import { type Call, type Installation, startInstallation } from '../support/installation.ts';

const keys = '/api/v2/api-keys';

let installation: Installation;
let call: Call;

before(async () => {
  installation = await startInstallation();
  call = installation.call;
});
after(() => installation.close());

async function make(scopes: string[], as: Call = call) {
  const { status, body, text } = await as('POST', keys, { name: 'made', scopes });
  assert.equal(status, 200, text);
  return { id: String(body.id), body, call: installation.callAs(String(body.key)) };
}

describe('API keys', () => {
  it('the key is in the answer that makes it, works, and is masked everywhere else', async () => {
    const made = await make(['accounts:read']);
    assertGolden('instantly', 'api-key', made.body);
    assert.equal((await made.call('GET', '/api/v2/accounts')).status, 200);
    const list = await call('GET', `${keys}?limit=100`);
    assertGolden('instantly', 'api-key-list', list.body);
    assert.ok(list.text.includes(made.id) && !list.text.includes(String(made.body.key)));
    const deleted = await call('DELETE', `${keys}/${made.id}`, undefined, {
      'content-type': 'application/json',
    });
    assertGolden('instantly', 'api-key', deleted.body);
    assert.ok(!deleted.text.includes(String(made.body.key)));
    assert.equal((await made.call('GET', '/api/v2/accounts')).status, 401);
    assert.equal((await call('DELETE', `${keys}/${made.id}`)).status, 404);
  });

  it('a superset opens what it stands for, here, and nothing of the native API', async () => {
    const cases: [string, [string, string, number][]][] = [
      [
        'accounts:all',
        [
          ['GET', '/api/v2/accounts', 200],
          ['GET', keys, 403],
        ],
      ],
      [
        'api_keys:all',
        [
          ['GET', '/api/v2/accounts', 403],
          ['GET', keys, 200],
        ],
      ],
      [
        'all:read',
        [
          ['GET', '/api/v2/accounts', 200],
          ['GET', keys, 200],
          ['POST', keys, 403],
        ],
      ],
      [
        'all:all',
        [
          ['GET', '/api/v2/accounts', 200],
          ['GET', keys, 200],
          ['GET', '/v1/mailboxes', 403],
        ],
      ],
    ];
    for (const [scope, calls] of cases) {
      const made = await make([scope]);
      for (const [method, path, status] of calls) {
        assert.equal((await made.call(method, path)).status, status, `${scope}: ${method} ${path}`);
      }
    }
  });

  it('gives no scope that its maker lacks, and none that nothing here answers to', async () => {
    const maker = await make(['api_keys:create', 'accounts:read']);
    const excess = { name: 'more', scopes: ['accounts:delete'] };
    assert.equal((await maker.call('POST', keys, excess)).status, 403);
    const unknown = await call('POST', keys, { name: 'x', scopes: ['campaigns:read'] });
    assert.deepEqual([unknown.status, /campaigns:read/.test(String(unknown.body.message))], [400, true]);
    const nameless = await call('POST', keys, { scopes: ['accounts:read'] });
    assertGolden('instantly', 'body-required', nameless.body);
  });

  it('each operation needs its own scope', async () => {
    const bob = '/api/v2/accounts/bob%40corp.test';
    const reader = await make(['accounts:read']);
    for (const [method, path] of [
      ['PATCH', bob],
      ['DELETE', bob],
      ['POST', `${bob}/pause`],
      ['POST', '/api/v2/accounts/warmup/enable'],
      ['POST', '/api/v2/oauth/google/init'],
      ['GET', keys],
    ] as const) {
      assert.equal((await reader.call(method, path)).status, 403, path);
    }
    assert.equal((await reader.call('GET', '/api/v2/workspaces/current')).status, 200);
  });
});

describe('what Instantly has and this server has not', () => {
  const unserved = [
    ['POST', '/api/v2/accounts'],
    ['POST', '/api/v2/accounts/move'],
    ['GET', '/api/v2/accounts/ctd/status?host=track.corp.test'],
    ['GET', '/api/v2/accounts/analytics/daily'],
    ['GET', '/api/v2/account-campaign-mappings/bob%40corp.test'],
    ['GET', '/api/v2/campaigns?limit=10'],
    ['POST', '/api/v2/leads/list'],
    ['PATCH', '/api/v2/workspaces/current'],
    ['DELETE', '/api/v2/custom-tags/550e8400-e29b-41d4-a716-446655440000'],
    ['GET', '/compat/instantly/api/v2/webhooks/'],
  ] as const;
  for (const [method, path] of unserved) {
    it(`${method} ${path.split('?')[0]} is 501 in the envelope, for those who have a key`, async () => {
      const answer = await call(method, path, method === 'GET' ? undefined : {});
      assert.equal(answer.status, 501, answer.text);
      assertGolden('instantly', 'unserved', answer.body);
      const stranger = await fetch(`${installation.address}${path}`, { method });
      assert.equal(stranger.status, 401);
    });
  }

  it('is logged once, by its pattern and without the query', () => {
    const lines = installation.logged().split('\n');
    const about = (pattern: string) => lines.filter((line) => line.includes(pattern));
    assert.equal(about('GET /campaigns/*').length, 1);
    assert.equal(about('POST /accounts"').length, 1);
    assert.ok(!installation.logged().includes('track.corp.test'));
  });
});

it('the workspace of a key is known by name and id', async () => {
  const { status, body } = await call('GET', '/api/v2/workspaces/current/?limit=100');
  assert.equal(status, 200);
  assertGolden('instantly', 'workspace-current', body);
  assert.deepEqual([body.id, body.name], [installation.workspaceId, 'Test workspace']);
});
