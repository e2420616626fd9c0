// Settings of a workspace over the native API: return URLs and brand, what is refused, and whose they are.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type Answer,
  type Call,
  type Json,
  list,
  record,
  startWorld,
  type TestWorkspace,
  text,
  type World,
} from './native-world.ts';

let world: World;
let workspace: TestWorkspace;
let operator: Call;
before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme Sales');
  const call = world.callAs(world.installationKey);
  operator = (method, path, body) => call(method, path, body, { 'mailgrant-workspace': workspace.id });
});
after(() => world.close());

const pngStart = '89504e470d0a1a0a';
const png = (bytes: number): string =>
  Buffer.concat([Buffer.from(pngStart, 'hex'), Buffer.alloc(bytes - 8, 7)]).toString('base64');
const change = (body: Json, call: Call = workspace.call): Promise<Answer> =>
  call('PATCH', '/v1/settings', body);

const fieldsOf = ({ status, body }: Answer): string[] => {
  assert.deepEqual([status, body.code], [400, 'invalid_request'], JSON.stringify(body));
  return list(body.fields).map(({ field }) => text(field));
};

describe('settings', () => {
  it('begin without return URLs and without a brand', async () => {
    assert.deepEqual((await workspace.call('GET', '/v1/settings')).body, {
      oauth_tokens_api: false,
      return_urls: [],
      branding: {
        display_name: null,
        logo: null,
        accent_color: null,
        origin: null,
        support_url: null,
        privacy_url: null,
      },
    });
  });

  it('are changed member by member, and a null takes one of the brand away', async () => {
    const logo = { media_type: 'image/png', data: png(32 * 1024) };
    const first = await change({
      return_urls: ['https://app.example.com/done', 'http://127.0.0.1:3000/'],
      branding: { display_name: 'Acme', logo, accent_color: '#0b57a4' },
    });
    assert.equal(first.status, 200, first.text.slice(0, 500));
    const second = await change({
      oauth_tokens_api: true,
      branding: { logo: null, support_url: 'mailto:help@example.com', privacy_url: 'https://example.com/p' },
    });
    assert.deepEqual(record(first.body.branding).logo, logo, 'a logo of 32 KiB fits');
    const expected = {
      oauth_tokens_api: true,
      return_urls: ['https://app.example.com/done', 'http://127.0.0.1:3000/'],
      branding: {
        display_name: 'Acme',
        logo: null,
        accent_color: '#0b57a4',
        origin: null,
        support_url: 'mailto:help@example.com',
        privacy_url: 'https://example.com/p',
      },
    };
    assert.deepEqual(second.body, expected);
    assert.deepEqual((await workspace.call('GET', '/v1/settings')).body, expected);
  });

  it('of one workspace are not those of another', async () => {
    const other = await world.addWorkspace('Other');
    await change({ branding: { display_name: 'Mine' } });
    const { body } = await other.call('GET', '/v1/settings');
    assert.equal(record(body.branding).display_name, null);
  });

  for (const [what, body, fields] of [
    [
      'a return URL without https',
      { return_urls: ['https://a.example.com/', 'http://a.example.com/'] },
      ['/return_urls/1'],
    ],
    ['a return URL with a query', { return_urls: ['https://a.example.com/?x=1'] }, ['/return_urls/0']],
    [
      'the same return URL twice',
      { return_urls: ['https://a.example.com/', 'https://a.example.com/'] },
      ['/return_urls'],
    ],
    ['an unknown member of the brand', { branding: { css: 'body{}' } }, ['/branding/css']],
    ['a brand without members', { branding: {} }, ['/branding']],
    ['a blank name', { branding: { display_name: '  ' } }, ['/branding/display_name']],
    ['a colour by name', { branding: { accent_color: 'red' } }, ['/branding/accent_color']],
    [
      'a logo that can hold script',
      { branding: { logo: { media_type: 'image/svg+xml', data: 'PHN2Zz4=' } } },
      ['/branding/logo/media_type'],
    ],
    [
      'a logo that is not what it says',
      { branding: { logo: { media_type: 'image/png', data: 'PHN2Zz4=' } } },
      ['/branding/logo'],
    ],
    [
      'a logo that is no base64',
      { branding: { logo: { media_type: 'image/png', data: '<svg>' } } },
      ['/branding/logo/data'],
    ],
    [
      'a logo above 32 KiB',
      { branding: { logo: { media_type: 'image/png', data: png(32 * 1024 + 1) } } },
      ['/branding/logo'],
    ],
    [
      'a support link that runs script',
      { branding: { support_url: 'javascript:alert(1)' } },
      ['/branding/support_url'],
    ],
    [
      'a privacy notice by mail',
      { branding: { privacy_url: 'mailto:a@example.com' } },
      ['/branding/privacy_url'],
    ],
  ] as const) {
    it(`with ${what} are refused with the field named, and nothing is changed`, async () => {
      const before = (await workspace.call('GET', '/v1/settings')).body;
      assert.deepEqual(fieldsOf(await change(body)), fields);
      assert.deepEqual((await workspace.call('GET', '/v1/settings')).body, before);
    });
  }
});

describe("a workspace's own host", () => {
  it('is set and taken away by keys of the installation alone', async () => {
    const origin = 'https://connect.acme.example';
    const refused = await change({ branding: { origin } });
    assert.deepEqual([refused.status, refused.body.code], [403, 'permission_denied']);
    const set = await change({ branding: { origin } }, operator);
    assert.equal(record(set.body.branding).origin, origin, set.text);
    const kept = await change({ branding: { display_name: 'Acme' } });
    assert.equal(record(kept.body.branding).origin, origin);
    assert.equal((await change({ branding: { origin: null } })).status, 403);
    const link = await workspace.call('POST', '/v1/customer-links', { customer: 'acme' });
    assert.equal(new URL(text(link.body.url)).origin, origin);
    const taken = await change({ branding: { origin: null } }, operator);
    assert.equal(record(taken.body.branding).origin, null);
  });

  it('belongs to one workspace', async () => {
    const other = await world.addWorkspace('Other');
    const body = { branding: { origin: 'https://connect.taken.example' } };
    await change(body, operator);
    const call = world.callAs(world.installationKey);
    const answer = await call('PATCH', '/v1/settings', body, { 'mailgrant-workspace': other.id });
    assert.deepEqual([answer.status, answer.body.code], [409, 'conflict'], answer.text);
  });

  for (const origin of [
    'http://connect.acme.example',
    'https://connect.acme.example/path',
    'acme',
    'https://mailgrant.example.com',
  ]) {
    it(`is not ${origin}`, async () => {
      assert.deepEqual(fieldsOf(await change({ branding: { origin } }, operator)), ['/branding/origin']);
    });
  }
});
