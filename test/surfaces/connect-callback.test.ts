// The way back from the provider: which browser gets which page, and what a callback can do only once.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import {
  type Consent,
  connect,
  cookieOf,
  depart,
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
  workspace = await world.addWorkspace('Acme <Sales>');
});
after(() => world.close());
afterEach(() => {
  Object.assign(world.behaviour, {
    exchanging: 'granting',
    refreshing: 'rotating',
    probing: 'ok',
    unticked: [],
  });
  world.behaviour.person = person;
});

const get = (url: string, cookie = '') => world.app.inject({ url, headers: { cookie } });

/** Follows a callback to its result page, as a browser does. */
async function arrive({ callback, cookie }: Pick<Consent, 'callback' | 'cookie'>) {
  const redirect = await get(callback, cookie);
  assert.equal(redirect.statusCode, 303, redirect.body);
  const location = String(redirect.headers.location);
  const ticket = cookieOf(redirect);
  return { redirect, location, ticket, page: await get(location, ticket) };
}

const assertShows = (
  { statusCode, body }: LightMyRequestResponse,
  status: number,
  ...sentences: RegExp[]
) => {
  assert.equal(statusCode, status, body);
  for (const sentence of sentences) assert.match(body, sentence);
};

async function reconnectUrl(mailboxId: string): Promise<string> {
  const joined = await world.store.mailboxes.withGrant(mailboxId);
  assert.ok(joined);
  return world.core.mailboxes.reconnectUrl(joined);
}

describe('a callback in the right browser', () => {
  it('leads away from the code to a page that names address, workspace and what was proved', async () => {
    const { redirect, location, page } = await arrive(await depart(world, workspace));
    assert.match(location, /^\/connect\/result\/[0-9a-f]{16}$/);
    assert.equal(redirect.headers['referrer-policy'], 'no-referrer');
    assertShows(
      page,
      200,
      /Your mailbox is connected/,
      /ada@example\.com/,
      /Acme &lt;Sales&gt;/,
      /Reading mail \(IMAP\): works/,
      /Sending mail \(SMTP\): works/,
    );
  });

  it('replaces the binding cookie by one for the result, with the same attributes', async () => {
    const consent = await depart(world, workspace);
    const redirect = await get(consent.callback, consent.cookie);
    const [pair, ...attributes] = String(redirect.headers['set-cookie']).split('; ');
    assert.equal(pair?.split('=')[0], consent.cookie.split('=')[0]);
    assert.notEqual(pair, consent.cookie);
    assert.deepEqual(attributes.sort(), ['HttpOnly', 'Max-Age=600', 'Path=/', 'SameSite=Lax', 'Secure']);
  });

  it('says what does not work, why, and who can help', async () => {
    world.behaviour.probing = 'smtp_auth_disabled';
    const { page } = await arrive(await depart(world, workspace));
    assertShows(
      page,
      200,
      /does not work yet/,
      /Sending by SMTP is switched off/,
      /mail administrator of your organisation/,
    );
  });

  it('shows a hostile name and address as text', async () => {
    world.behaviour.person = { ...person, subject: 'eve', email: `"<script>x</script>"@example.com` };
    const { page } = await arrive(await depart(world, workspace));
    assert.ok(!page.body.includes('<script') && page.body.includes('&lt;script&gt;'));
  });

  it('a reconnect keeps the mailbox and says connected again', async () => {
    const own = await world.addWorkspace('Again');
    const mailbox = await connect(world, own);
    const { page } = await arrive(await press(world, await reconnectUrl(text(mailbox.id))));
    assertShows(page, 200, /connected again/);
    assert.deepEqual(
      list((await own.call('GET', '/v1/mailboxes')).body.items).map(({ id }) => id),
      [mailbox.id],
    );
  });
});

describe('a callback that ends in a refusal', () => {
  const cases = [
    ['a cancelled consent', { exchanging: 'denied' }, {}, /cancelled on the consent page/],
    ['a refused registration', { exchanging: 'client_refused' }, {}, /client secret .* has expired/],
    [
      'another address',
      { person: { ...person, email: 'bob@example.com' } },
      { expected_email: 'ada@example.com' },
      /expected address/,
    ],
    ['no address', { person: { ...person, email: null } }, {}, /did not say which address/],
    [
      'a consumer account',
      { person: { ...person, isManaged: false } },
      { managed_accounts_only: true },
      /Google Workspace/,
    ],
  ] as const;
  for (const [what, behaviour, request, sentence] of cases) {
    it(`${what} is told with its remedy, who helps and who asked`, async () => {
      const own = await world.addWorkspace('Acme <Sales>');
      Object.assign(world.behaviour, behaviour);
      const { page } = await arrive(
        await depart(world, own, { provider: 'google', is_retryable: false, ...request }),
      );
      assertShows(
        page,
        200,
        /was not connected/,
        sentence,
        /What to do/,
        /Who can help/,
        /Acme &lt;Sales&gt;/,
      );
    });
  }

  it('names unticked permissions in plain words', async () => {
    world.behaviour.unticked = ['https://mail.google.com/'];
    const { page } = await arrive(
      await depart(world, workspace, { provider: 'google', is_retryable: false }),
    );
    assertShows(page, 200, /What was missing/, /Read, write, send and delete all of your mail/);
  });

  it('a mailbox of another workspace is refused where that was asked for, without naming it', async () => {
    await connect(world, workspace);
    const own = await world.addWorkspace('Own');
    const { page } = await arrive(await depart(world, own, { provider: 'google', exclusive: true }));
    assertShows(page, 200, /connected to another workspace/);
    assert.ok(!page.body.includes('Acme'));
  });
});

describe('a callback that is not ours to answer', () => {
  it('a forged state, a missing one and the path of another OAuth client are refused', async () => {
    const { callback, cookie } = await depart(world, workspace);
    const [path = '', query = ''] = callback.split('?');
    const other = await world.addWorkspace('Other');
    for (const url of [
      `${path}?code=x&state=forged`,
      path,
      `/oauth/callback/${other.oauthClientId}?${query}`,
      '/oauth/callback/x?state=y',
    ]) {
      assertShows(await get(url, cookie), 400, /does not belong to an open request/);
    }
    assertShows((await arrive({ callback, cookie })).page, 200, /is connected/);
  });

  it('another browser is refused, redeems no code, and leaves the right one its turn', async () => {
    const consent = await depart(world, workspace);
    const stranger = await depart(world, workspace);
    const before = world.behaviour.exchanges;
    const own = consent.cookie.split('=')[0];
    for (const cookie of ['', stranger.cookie, `${own}=wrong`, `${own}=`]) {
      const page = await get(consent.callback, cookie);
      assertShows(page, 400, /another browser/);
      assert.equal(page.headers['set-cookie'], undefined);
    }
    assert.equal(world.behaviour.exchanges, before);
    assertShows((await arrive(consent)).page, 200, /is connected/);
  });

  it('one that comes too late is told so', async () => {
    const { callback, cookie } = await depart(world, workspace);
    world.wait(601_000);
    assertShows(await get(callback, cookie), 410, /not used in time/);
  });

  it('one whose link somebody else has used meanwhile is told that it is over, and not what came of it', async () => {
    const first = await depart(world, workspace);
    const second = await press(world, first.url);
    assertShows((await arrive(first)).page, 200, /is connected/);
    const late = await get(second.callback, second.cookie);
    assertShows(late, 410, /link is over/);
    assert.doesNotMatch(late.body, /ada@example\.com|Who can help/);
  });

  it('one whose session was cancelled meanwhile connects nothing', async () => {
    const own = await world.addWorkspace('Cancelled');
    const consent = await depart(world, own);
    await own.call('DELETE', `/v1/connect-sessions/${text(consent.session.id)}`);
    assertShows((await arrive(consent)).page, 410, /link is over/);
    assert.deepEqual((await own.call('GET', '/v1/mailboxes')).body.items, []);
  });

  it('a HEAD request redeems nothing', async () => {
    const { callback, cookie } = await depart(world, workspace);
    const before = world.behaviour.exchanges;
    await world.app.inject({ method: 'HEAD', url: callback, headers: { cookie } });
    assert.equal(world.behaviour.exchanges, before);
  });
});

describe('the same callback again', () => {
  it('at once or later gets the first answer, and the code is redeemed once', async () => {
    const consent = await depart(world, workspace);
    const before = world.behaviour.exchanges;
    const both = await Promise.all([arrive(consent), arrive(consent)]);
    const later = await arrive({ callback: consent.callback, cookie: both[0].ticket });
    for (const { location, page } of [...both, later]) {
      assert.equal(location, both[0].location);
      assertShows(page, 200, /is connected/);
    }
    assert.equal(world.behaviour.exchanges, before + 1);
  });

  it('a used link is over', async () => {
    const consent = await depart(world, workspace);
    await arrive(consent);
    assertShows(await get(new URL(consent.url).pathname), 410, /link is over/);
  });
});

describe('the result page', () => {
  it('shows nothing to another browser, under a made-up reference, or with a made-up cookie', async () => {
    const { location, ticket } = await arrive(await depart(world, workspace));
    const name = ticket.split('=')[0];
    for (const [url, cookie] of [
      [location, ''],
      [location, `${name}=a.b.c`],
      [location, `${name}=x`],
      ['/connect/result/0123456789abcdef', ticket],
      ['/connect/result/..%2f', ticket],
    ] as const) {
      const page = await get(url, cookie);
      assertShows(page, 404, /Nothing to show here/);
      assert.ok(!page.body.includes('ada@example.com'));
    }
  });

  it('can be reloaded, and asks the provider nothing again', async () => {
    const { location, ticket } = await arrive(await depart(world, workspace));
    const before = world.behaviour.exchanges;
    assertShows(await get(location, ticket), 200, /is connected/);
    assert.equal(world.behaviour.exchanges, before);
  });

  it('two links in one browser do not disturb each other', async () => {
    const [first, second] = [await depart(world, workspace), await depart(world, workspace)];
    const jar = `${first.cookie}; ${second.cookie}`;
    for (const { callback } of [second, first]) {
      assertShows((await arrive({ callback, cookie: jar })).page, 200, /is connected/);
    }
  });

  it('writes no code, state or token into the log', async () => {
    world.lines.length = 0;
    world.behaviour.exchanging = 'denied';
    const consent = await depart(world, workspace);
    await arrive(consent);
    const state = new URL(consent.callback, 'https://x').searchParams.get('state') ?? 'no state';
    const written = world.lines.join('\n');
    for (const value of ['the-code', state, consent.cookie.split('=')[1] ?? '']) {
      assert.ok(!written.includes(value));
    }
    const { body } = await workspace.call('GET', `/v1/connect-sessions/${text(consent.session.id)}`);
    assert.equal(record(record(body.setback).verdict).code, 'access_denied');
  });
});
