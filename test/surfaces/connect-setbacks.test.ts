// A sign-in that came to nothing yet: which page says what, who may go on from it, and where return URLs lead.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import {
  type Consent,
  cookieOf,
  depart,
  type Json,
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
  const { status } = await workspace.call('PATCH', '/v1/settings', { return_urls: [returnUrl] });
  assert.equal(status, 200);
});
after(() => world.close());
afterEach(() => {
  Object.assign(world.behaviour, { exchanging: 'granting', unticked: [], person });
});

const returnUrl = 'https://app.example.com/mailboxes/';

const get = (url: string, cookie = '') => world.app.inject({ url, headers: { cookie } });
const post = (url: string, cookie = '', headers: Record<string, string> = {}) =>
  world.app.inject({ method: 'POST', url, headers: { cookie, ...headers } });

async function arrive({ callback, cookie }: Pick<Consent, 'callback' | 'cookie'>) {
  const redirect = await get(callback, cookie);
  assert.equal(redirect.statusCode, 303, redirect.body);
  const location = text(redirect.headers.location);
  const ticket = cookieOf(redirect);
  return {
    redirect,
    location,
    ticket,
    page: location.startsWith('/') ? await get(location, ticket) : redirect,
  };
}

const statusOf = async (id: unknown) =>
  (await workspace.call('GET', `/v1/connect-sessions/${text(id)}`)).body.status;

/** A sign-in that somebody cancelled: the page with its ticket. */
async function declined(request: Json = {}) {
  world.behaviour.exchanging = 'denied';
  const consent = await depart(world, workspace, { provider: 'google', ...request });
  const arrived = await arrive(consent);
  world.behaviour.exchanging = 'granting';
  return { consent, ...arrived };
}

describe('another try', () => {
  it('leads to the provider anew and connects within the same session', async () => {
    const { consent, location, ticket, page } = await declined();
    assert.match(page.body, /The sign-in was cancelled/);
    assert.match(page.body, /Acme &lt;Sales&gt;/);
    assert.equal(await statusOf(consent.session.id), 'declined');
    const again = await post(`${location}/retry`, ticket);
    assert.equal(again.statusCode, 303);
    const query = new URL(text(again.headers.location)).searchParams;
    assert.notEqual(query.get('state'), new URL(consent.callback, 'https://x').searchParams.get('state'));
    const { pathname } = new URL(query.get('redirectUri') ?? '');
    const callback = `${pathname}?${new URLSearchParams({ code: 'the-code', state: query.get('state') ?? '' })}`;
    const { page: result } = await arrive({ callback, cookie: cookieOf(again) });
    assert.match(result.body, /Your mailbox is connected/);
    assert.equal(await statusOf(consent.session.id), 'connected');
  });

  it('is for the browser that went, from our own page, and only while the session is open', async () => {
    const { consent, location, ticket } = await declined();
    assert.equal((await post(`${location}/retry`)).statusCode, 404);
    assert.equal((await post('/connect/result/0123456789abcdef/retry', ticket)).statusCode, 404);
    assert.equal((await post(`${location}/retry`, `${ticket.split('=')[0]}=a.b.c`)).statusCode, 404);
    const foreign = await post(`${location}/retry`, ticket, { 'sec-fetch-site': 'cross-site' });
    assert.equal(foreign.statusCode, 403);
    await workspace.call('DELETE', `/v1/connect-sessions/${text(consent.session.id)}`);
    assert.equal((await post(`${location}/retry`, ticket)).statusCode, 410);
  });

  it('is offered by the link too, which tells nobody which account was chosen', async () => {
    world.behaviour.person = { ...person, email: 'eve@example.com', subject: 'eve' };
    const consent = await depart(world, workspace, { provider: 'google', expected_email: 'ada@example.com' });
    const { page } = await arrive(consent);
    assert.match(page.body, /You signed in as<\/dt><dd>eve@example\.com/);
    const link = await get(new URL(consent.url).pathname);
    assert.equal(link.statusCode, 200);
    assert.doesNotMatch(link.body, /eve@/);
  });

  it('names what was left unticked in plain words', async () => {
    world.behaviour.unticked = ['https://mail.google.com/'];
    const { page } = await arrive(await depart(world, workspace));
    assert.match(page.body, /What was missing[\s\S]*Read, write, send and delete all of your mail/);
    assert.match(page.body, /leave every box ticked/);
  });
});

describe('whoever went before somebody else through the same link', () => {
  /** One cancels; then somebody else goes through the same link, in a browser of their own. */
  async function both(request: Json) {
    const first = await declined(request);
    world.behaviour.person = { ...person, email: 'eve@example.com', subject: 'eve' };
    const second = await arrive(await press(world, first.consent.url));
    return { first, second };
  }

  it('is given no code for what the other one allowed', async () => {
    const { first, second } = await both({ completion: 'confirm', return_url: returnUrl });
    const code = new URL(second.location).searchParams.get('code');
    assert.ok(code);
    for (const url of [first.location, first.consent.callback]) {
      const { headers, body } = await get(url, first.ticket);
      assert.ok(!`${JSON.stringify(headers)}${body}`.includes(code), url);
    }
  });

  it('does not learn whose mailbox was connected', async () => {
    const { first, second } = await both({});
    assert.match(second.page.body, /eve@example\.com/);
    const page = await get(first.location, first.ticket);
    assert.doesNotMatch(page.body, /eve@/);
  });

  it('does not learn which other account was chosen', async () => {
    const { first, second } = await both({ expected_email: 'ada@example.com' });
    assert.match(second.page.body, /eve@example\.com/);
    const page = await get(first.location, first.ticket);
    assert.doesNotMatch(page.body, /eve@/);
  });
});

describe('the help page', () => {
  it('is there for the link and for the result, and waits for no administrator at Google', async () => {
    const { consent, location, ticket } = await declined();
    for (const page of [
      await get(`${new URL(consent.url).pathname}/help`),
      await get(`${location}/help`, ticket),
    ]) {
      assert.equal(page.statusCode, 200);
      assert.match(page.body, /Error 400: admin_policy_enforced/);
      assert.doesNotMatch(page.body, /must approve\?/);
    }
    assert.equal((await get(`${location}/help`)).statusCode, 404);
    assert.equal((await get('/connect/unknown/help')).statusCode, 404);
    const refused = await post(`${location}/administrator`, ticket);
    assert.equal(refused.statusCode, 410);
    assert.equal(await statusOf(consent.session.id), 'declined');
  });
});

describe('a return URL', () => {
  it('is where the browser goes with session, status and mailbox once connected', async () => {
    const request = { provider: 'google', completion: 'redirect', return_url: `${returnUrl}done?tab=1` };
    const consent = await depart(world, workspace, request);
    const { page } = await arrive(consent);
    assert.equal(page.statusCode, 303);
    const { origin, pathname, searchParams } = new URL(text(page.headers.location));
    assert.equal(origin + pathname, `${returnUrl}done`);
    const { status, session, tab, state } = Object.fromEntries(searchParams);
    assert.deepEqual(
      { status, session, tab },
      { status: 'connected', session: consent.session.id, tab: '1' },
    );
    assert.match(state ?? '', /^(new|existing)$/);
  });

  it('is linked from the page of a setback with what happened, and nobody is sent there', async () => {
    const { consent, page } = await declined({ completion: 'redirect', return_url: returnUrl });
    assert.equal(page.statusCode, 200);
    const href = /<a href="(https:\/\/app\.example\.com[^"]*)">Back to app\.example\.com/.exec(
      page.body,
    )?.[1];
    const { searchParams } = new URL(text(href).replaceAll('&amp;', '&'));
    assert.deepEqual(Object.fromEntries(searchParams), {
      session: consent.session.id,
      status: 'declined',
      reason: 'access_denied',
    });
  });

  it('gets the code of a session that its backend confirms, and our page says that this is awaited', async () => {
    const request = { provider: 'google', completion: 'confirm', return_url: returnUrl };
    const consent = await depart(world, workspace, request);
    const { location, ticket } = await arrive(consent);
    const { searchParams } = new URL(location);
    assert.deepEqual([...searchParams.keys()], ['session', 'code']);
    const { body } = await workspace.call('GET', `/v1/connect-sessions/${text(consent.session.id)}`);
    assert.equal(body.status, 'waiting_for_confirmation');
    assert.doesNotMatch(JSON.stringify(body), new RegExp(searchParams.get('code') ?? 'no code'));

    const reference = /connect-([0-9a-f]{16})=/.exec(ticket)?.[1];
    const page = await get(`/connect/result/${reference}`, ticket);
    assert.match(page.body, /One step is left/);
    const link = await get(new URL(consent.url).pathname);
    assert.match(link.body, /One step is left/);
    assert.doesNotMatch(link.body, new RegExp(searchParams.get('code') ?? 'no code'));

    const confirmed = await workspace.call(
      'POST',
      `/v1/connect-sessions/${text(consent.session.id)}/confirm`,
      {
        code: searchParams.get('code'),
      },
    );
    assert.equal(record(confirmed.body).status, 'connected', confirmed.text);
  });
});
