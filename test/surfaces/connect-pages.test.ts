// The pages for mailbox owners before the sign-in: what they say, what they never do, and who may post to them.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import {
  connect,
  type Json,
  publicUrl,
  startWorld,
  type TestWorkspace,
  text,
  type World,
} from './native-world.ts';

let world: World;
let workspace: TestWorkspace;
before(async () => {
  world = await startWorld();
  workspace = await world.addWorkspace('Acme Sales');
});
after(() => world.close());
afterEach(() => {
  Object.assign(world.behaviour, { exchanging: 'granting', refreshing: 'rotating' });
});

async function newLink(
  request: Json = { provider: 'google' },
  as = workspace,
): Promise<{ path: string; id: string }> {
  const { body } = await as.call('POST', '/v1/connect-sessions', request);
  return { path: new URL(text(body.url)).pathname, id: text(body.id) };
}

const get = (path: string, cookie = '') => world.app.inject({ url: path, headers: { cookie } });
const post = (path: string, headers: Record<string, string> = {}) =>
  world.app.inject({ method: 'POST', url: path, headers });

async function assertPage(path: string, status: number, ...sentences: RegExp[]): Promise<string> {
  const page = await get(path);
  assert.equal(page.statusCode, status, page.body);
  for (const sentence of sentences) assert.match(page.body, sentence);
  return page.body;
}

describe('the page of a link', () => {
  it('says who asks, at which provider, for which address and what, and until when', async () => {
    const { path } = await newLink({ provider: 'google', expected_email: 'ada@example.com' });
    await assertPage(
      path,
      200,
      /<strong>Acme Sales<\/strong> asks/,
      /Continue to Google/,
      /ada@example\.com/,
      /Read, write, send and delete all of your mail, over IMAP and SMTP/,
      /10 more minutes/,
      /<time datetime="[^"]+Z">\d\d:\d\d UTC/,
    );
  });

  it('is one document that a screen reader can follow', async () => {
    const page = await assertPage((await newLink()).path, 200);
    for (const part of [
      '<html lang="en">',
      '<main',
      '<footer>',
      'name="viewport"',
      '<title>Connect your mailbox',
    ]) {
      assert.ok(page.includes(part), part);
    }
    assert.equal(page.match(/<h1>/g)?.length, 1);
    assert.match(page, /<button type="submit">Continue to Google<\/button>/);
  });

  it('runs no script, loads nothing, cannot be framed, and leaves the way to the provider open', async () => {
    const page = await get((await newLink()).path);
    const policy = String(page.headers['content-security-policy']);
    assert.match(
      policy,
      /^default-src 'none'; style-src 'sha256-[^']+'; img-src 'none'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    assert.equal(page.headers['x-frame-options'], 'DENY');
    assert.equal(page.headers['referrer-policy'], 'no-referrer');
    assert.equal(page.headers['cache-control'], 'no-store');
    assert.equal(page.headers['cross-origin-opener-policy'], undefined);
    assert.ok(!/<script|<img|<link|\son\w+=|\sstyle=/.test(page.body));
  });

  it('changes nothing, however often and by whatever method it is looked at', async () => {
    const { path, id } = await newLink();
    const before = (await workspace.call('GET', `/v1/connect-sessions/${id}`)).text;
    for (const method of ['GET', 'HEAD', 'GET'] as const) {
      const page = await world.app.inject({ method, url: path });
      assert.equal(page.statusCode, 200);
      assert.equal(page.headers['set-cookie'], undefined);
    }
    assert.equal((await workspace.call('GET', `/v1/connect-sessions/${id}`)).text, before);
    assert.equal((await post(path)).statusCode, 303);
  });

  it('shows names as text, whatever they hold', async () => {
    const evil = `<script>alert(1)</script>"'&<img src=x onerror=y>`;
    const own = await world.addWorkspace(evil);
    const page = await assertPage((await newLink(undefined, own)).path, 200);
    assert.ok(!page.includes('<script') && !page.includes('<img'));
    assert.ok(
      page.includes('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;&lt;img src=x onerror=y&gt;'),
    );
  });
});

describe('a link that does not work', () => {
  it('says the same for every unknown token', async () => {
    const pages = await Promise.all(
      ['x', 'a'.repeat(43), '..%2f', '%00'].map((token) => get(`/connect/${token}`)),
    );
    for (const { statusCode, body } of pages) {
      assert.equal(statusCode, 404);
      assert.equal(body, pages[0]?.body);
    }
    assert.match(pages[0]?.body ?? '', /unknown or too old/);
    assert.equal((await post('/connect/unknown')).body, pages[0]?.body);
    for (const path of ['/connect/x/', '/connect/x/y', '/reconnect/x/y', '/oauth/callback/x/y']) {
      assert.equal((await get(path)).body, pages[0]?.body, path);
    }
  });

  it('says that it is over once it was cancelled or its time has passed', async () => {
    const cancelled = await newLink();
    await workspace.call('DELETE', `/v1/connect-sessions/${cancelled.id}`);
    const late = await newLink();
    world.wait(601_000);
    for (const { path } of [cancelled, late]) {
      await assertPage(path, 410, /used, cancelled, or is too old/);
      assert.equal((await post(path)).statusCode, 410);
    }
  });

  it('says in plain words that the provider refuses the registration', async () => {
    const own = await world.addWorkspace('Paused');
    const { path } = await newLink(undefined, own);
    const mailbox = await connect(world, own);
    world.wait(3_700_000);
    const fresh = await newLink(undefined, own);
    world.behaviour.refreshing = 'client_refused';
    await own.call('POST', `/v1/mailboxes/${text(mailbox.id)}/token`);
    const answer = await post(fresh.path);
    assert.equal(answer.statusCode, 503);
    assert.match(answer.body, /not possible at the moment/);
    assert.equal((await post(path)).statusCode, 410);
  });
});

describe('the button of a link', () => {
  it('leads to the provider and ties the browser with a cookie that only we get back', async () => {
    const answer = await post((await newLink()).path);
    assert.equal(answer.statusCode, 303);
    assert.ok(String(answer.headers.location).startsWith('https://accounts.example.com/authorize?'));
    const [name, ...attributes] = String(answer.headers['set-cookie']).split('; ');
    assert.match(name ?? '', /^__Host-connect-[0-9a-f]{16}=[\w-]{43}$/);
    assert.deepEqual(attributes.sort(), ['HttpOnly', 'Max-Age=600', 'Path=/', 'SameSite=Lax', 'Secure']);
  });

  it('takes an empty form, an empty JSON body and no body', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'application/json', '']) {
      const { path } = await newLink();
      const answer = await post(path, type === '' ? {} : { 'content-type': type });
      assert.equal(answer.statusCode, 303, type);
    }
  });

  it('refuses the post of another site, and takes that of our page, which sends no origin', async () => {
    const { path } = await newLink();
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: publicUrl },
      { origin: 'https://evil.example.com' },
    ]) {
      const answer = await post(path, headers);
      assert.equal(answer.statusCode, 403);
      assert.equal(answer.headers['set-cookie'], undefined);
    }
    for (const headers of [{ 'sec-fetch-site': 'same-origin', origin: 'null' }, { origin: publicUrl }]) {
      assert.equal((await post(path, headers)).statusCode, 303);
    }
  });
});

describe('the page of a reconnect link', () => {
  async function reconnectLink(): Promise<string> {
    const own = await world.addWorkspace('Reconnecting <b>');
    const mailbox = await connect(world, own);
    const joined = await world.store.mailboxes.withGrant(text(mailbox.id));
    assert.ok(joined);
    return new URL(await world.core.mailboxes.reconnectUrl(joined)).pathname;
  }

  it('names workspace and address, changes nothing, and its button leads to the provider', async () => {
    const path = await reconnectLink();
    await assertPage(path, 200, /Reconnecting &lt;b&gt;/, /ada@example\.com/, /Continue to Google/);
    const answer = await post(path);
    assert.equal(answer.statusCode, 303);
    assert.match(String(answer.headers['set-cookie']), /^__Host-connect-/);
  });

  it('does not work when it is forged or old, nor posted from another site', async () => {
    const path = await reconnectLink();
    assert.equal((await post(path, { 'sec-fetch-site': 'cross-site' })).statusCode, 403);
    for (const wrong of [`${path.slice(0, -1)}x`, '/reconnect/x', '/reconnect/a.b.c']) {
      await assertPage(wrong, 404, /unknown or too old/);
      assert.equal((await post(wrong)).statusCode, 404);
    }
    world.wait(605_000_000);
    await assertPage(path, 404, /unknown or too old/);
  });
});
