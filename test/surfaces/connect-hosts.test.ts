// Whose page it is and under which host: brands, links under the wrong host, cookies, and what must not be learned there.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { readableOn } from '../../src/http/brand.ts';
import {
  cookieOf,
  type Json,
  publicUrl,
  startWorld,
  type TestWorkspace,
  text,
  type World,
} from './native-world.ts';

const ownHost = 'connect.acme.example';
const origin = `https://${ownHost}`;
const png = Buffer.from('89504e470d0a1a0a00', 'hex').toString('base64');
let world: World;
let acme: TestWorkspace;
let plain: TestWorkspace;
before(async () => {
  world = await startWorld();
  [acme, plain] = [await world.addWorkspace('Internal name'), await world.addWorkspace('Plain')];
  const branding = {
    display_name: 'Acme <Mail>',
    origin,
    logo: { media_type: 'image/png', data: png },
    accent_color: '#ffee00',
    support_url: 'mailto:help@acme.example',
    privacy_url: 'https://acme.example/privacy',
  };
  const answer = await world.callAs(world.installationKey)(
    'PATCH',
    '/v1/settings',
    { branding },
    { 'mailgrant-workspace': acme.id },
  );
  assert.equal(answer.status, 200, answer.text);
});
after(() => world.close());

const serverHost = new URL(publicUrl).host;

const ask = (
  path: string,
  host: string,
  method: 'GET' | 'POST' = 'GET',
  headers: Record<string, string> = {},
) => world.app.inject({ method, url: path, headers: { ...headers, host } });

async function link(as: TestWorkspace, request: Json = { provider: 'google' }): Promise<string> {
  const { body, text: answer } = await as.call('POST', '/v1/connect-sessions', request);
  assert.equal(typeof body.url, 'string', answer);
  return text(body.url);
}

describe('a page of a workspace with a brand', () => {
  it('shows name, logo, colour and links as text, and not one word about the server', async () => {
    const url = await link(acme);
    assert.ok(url.startsWith(origin));
    const { body, headers } = await ask(new URL(url).pathname, ownHost);
    for (const part of [
      '<title>Connect your mailbox - Acme &lt;Mail&gt;</title>',
      `<img src="data:image/png;base64,${png}" alt="Acme &lt;Mail&gt;">`,
      '--button: #ffee00; --on-button: #000;',
      '<a href="mailto:help@acme.example">Help</a>',
      '<a href="https://acme.example/privacy">Privacy</a>',
    ]) {
      assert.ok(body.includes(part), part);
    }
    assert.doesNotMatch(body + JSON.stringify(headers), /mailgrant|internal name/i);
    assert.match(String(headers['content-security-policy']), /style-src 'sha256-[^']+'; img-src data:; base/);
  });

  it("says on the server's own host whose host it is, beside the brand", async () => {
    const branded = await world.addWorkspace('Named');
    const changed = await branded.call('PATCH', '/v1/settings', { branding: { display_name: 'Your Bank' } });
    assert.equal(changed.status, 200, changed.text);
    const { pathname } = new URL(await link(branded));
    const { body } = await ask(pathname, serverHost);
    assert.match(body, /<header><p class="brand">Your Bank<\/p><\/header>/);
    assert.ok(body.includes(`<p class="server">Mailgrant at ${serverHost}</p>`), body);
    const foreign = await ask(pathname, serverHost, 'POST', { 'sec-fetch-site': 'cross-site' });
    assert.ok(foreign.body.includes(`Mailgrant at ${serverHost}`), 'where something goes wrong too');
  });

  it('has a policy that fits its own style sheet, which differs from that of others', async () => {
    const policyOf = async (as: TestWorkspace, host: string) =>
      (await ask(new URL(await link(as)).pathname, host)).headers['content-security-policy'];
    assert.notEqual(await policyOf(acme, ownHost), await policyOf(plain, serverHost));
  });

  it('stays branded where something goes wrong, an unknown link too', async () => {
    const { pathname } = new URL(await link(acme));
    const foreign = await ask(pathname, ownHost, 'POST', { 'sec-fetch-site': 'cross-site' });
    assert.equal(foreign.statusCode, 403);
    const pages = [foreign];
    for (const path of [
      '/connect/x',
      '/reconnect/a.b.c',
      '/admin-consent/x',
      '/customers/x',
      '/diagnosis/x',
    ]) {
      const page = await ask(path, ownHost);
      assert.equal(page.statusCode, 404, path);
      pages.push(page);
    }
    for (const { body, headers } of pages) {
      assert.match(body, /Acme &lt;Mail&gt;/);
      assert.doesNotMatch(body + JSON.stringify(headers), /mailgrant/i);
    }
  });

  it('keeps what the server says about itself off its host; browsers get pages, programs problem documents', async () => {
    for (const path of ['/', '/docs', '/docs/errors', '/docs/errors/not_found', '/docs/api', '/nowhere']) {
      const { statusCode, body } = await ask(path, ownHost);
      assert.equal(statusCode, 404, path);
      assert.match(body, /There is no such page/);
      assert.doesNotMatch(body, /mailgrant/i);
    }
    assert.equal((await ask('/', serverHost)).statusCode, 200);
    const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    for (const cut of ['/connect', '/oauth/callback', '/nowhere', '/connect/%E0%A4%A']) {
      const { statusCode, body } = await ask(cut, serverHost, 'GET', browser);
      assert.equal(statusCode, 404, cut);
      assert.match(body, /There is no such page.*Open that link once more/s, cut);
      const asked = await ask(cut, serverHost, 'GET', { accept: '*/*' });
      assert.match(String(asked.headers['content-type']), /problem\+json/, cut);
    }
    const program = await ask('/v1/nowhere', ownHost);
    assert.match(String(program.headers['content-type']), /problem\+json/);
  });
});

describe('a link under the wrong host', () => {
  it('goes on under its own, whichever of ours it was opened under', async () => {
    const [branded, own] = [await link(acme), await link(plain)];
    for (const [url, host] of [
      [branded, serverHost],
      [own, ownHost],
      [branded, serverHost.toUpperCase()],
      [own, `${ownHost}:443`],
    ] as const) {
      const answer = await ask(new URL(url).pathname, host);
      assert.equal(answer.statusCode, 303);
      assert.equal(answer.headers.location, url);
      const posted = await ask(new URL(url).pathname, host, 'POST');
      assert.equal(posted.statusCode, 403);
      assert.equal(posted.headers['set-cookie'], undefined);
    }
  });

  it('works where a proxy does not tell the host', async () => {
    for (const as of [acme, plain]) {
      const { pathname } = new URL(await link(as));
      assert.equal((await ask(pathname, '10.0.0.7:8025')).statusCode, 200);
      assert.equal((await ask(pathname, '10.0.0.7:8025', 'POST')).statusCode, 303);
    }
  });

  it('a callback that is carried to another host of ours connects nothing, with the cookie too', async () => {
    const url = await link(acme);
    const answer = await ask(new URL(url).pathname, ownHost, 'POST');
    assert.match(String(answer.headers['set-cookie']), /^__Host-connect-/);
    const query = new URL(String(answer.headers.location)).searchParams;
    const callback = new URL(query.get('redirectUri') ?? '');
    assert.equal(callback.host, ownHost);
    const path = `${callback.pathname}?code=the-code&state=${query.get('state')}`;
    const cookie = cookieOf(answer);
    const before = world.behaviour.exchanges;
    const carried = await ask(path, serverHost, 'GET', { cookie });
    assert.equal(carried.statusCode, 400);
    assert.match(carried.body, /another browser/);
    assert.equal(world.behaviour.exchanges, before);
    assert.equal((await ask(path, ownHost, 'GET', { cookie })).statusCode, 303);
  });
});

describe('the text on a button', () => {
  it('is black or white, whichever reads better, at 4.5:1 on every colour', () => {
    const luminance = (color: string): number => {
      const [r = 0, g = 0, b = 0] = [1, 3, 5]
        .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
        .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    for (let red = 0; red < 256; red += 15) {
      for (let green = 0; green < 256; green += 5) {
        for (let blue = 0; blue < 256; blue += 51) {
          const color = `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
          const [light, dark] = readableOn(color) === '#fff' ? [1, luminance(color)] : [luminance(color), 0];
          assert.ok((light + 0.05) / (dark + 0.05) >= 4.5, color);
        }
      }
    }
  });
});
