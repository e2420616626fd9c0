// Signing in to the console by the operator's OpenID Connect server, the certified engine: who is let in and as what, and
// that nothing but a whole, own, fresh way there and back lets anybody in.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createCookieJar } from '../../sandbox/cookie-jar.ts';
import { freePort, type Installation, startInstallation } from '../support/installation.ts';
import { type Forgery, impostorClient, startImpostor } from '../support/sign-in-impostor.ts';
import { type OperatorServer, type Person, startOperatorServer } from '../support/sign-in-server.ts';

const ada: Person = { sub: 'ada', email: 'Ada@Ops.example', email_verified: true, name: 'Ada' };

let operator: OperatorServer;
let installation: Installation;

before(async () => {
  const port = await freePort();
  operator = await startOperatorServer(`http://127.0.0.1:${port}/console/oidc/callback`);
  installation = await startInstallation({
    environment: {
      MAILGRANT_PORT: String(port),
      MAILGRANT_CONSOLE_OIDC_ISSUER: operator.issuer,
      MAILGRANT_CONSOLE_OIDC_CLIENT_ID: operator.clientId,
      MAILGRANT_CONSOLE_OIDC_CLIENT_SECRET: operator.clientSecret,
      MAILGRANT_CONSOLE_OIDC_ALLOWED: 'grace@navy.example, @ops.example, groups=mailgrant-admins',
      MAILGRANT_CONSOLE_OIDC_REQUEST: 'openid email profile groups',
      MAILGRANT_CONSOLE_OIDC_LABEL: 'Sign in with Ops',
      MAILGRANT_CONSOLE_SIGN_INS_PER_MINUTE: '1000',
    },
  });
});
after(async () => {
  await installation?.close();
  await operator?.close();
});
beforeEach(() => {
  operator.person = ada;
});

type Page = { status: number; url: URL; text: string };

/** A browser that follows redirects; `change` may alter an address on the way. */
function openBrowser(change: (url: URL) => URL = (url) => url, base = installation.address) {
  const jar = createCookieJar();
  const send = async (url: URL, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> => {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { cookie: jar.header(url), ...headers },
    });
    jar.store(url, response.headers.getSetCookie());
    return response;
  };
  return {
    jar,
    async open(path: string): Promise<Page> {
      let url = new URL(path, base);
      for (let hop = 0; hop < 15; hop += 1) {
        url = change(url);
        const response = await send(url);
        const location = response.headers.get('location');
        if (location === null) return { status: response.status, url, text: await response.text() };
        await response.body?.cancel();
        url = new URL(location, url);
      }
      throw new Error(`too many redirects, last to ${url.href}`);
    },
    async call(path: string, method = 'GET'): Promise<{ status: number; body: Record<string, unknown> }> {
      const response = await send(new URL(path, base), { 'mailgrant-console': '1' }, method);
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : Object(JSON.parse(text)) };
    },
  };
}

const start = '/console/oidc/start';

describe('signing in by OpenID Connect', () => {
  it('is offered with its label, and lets in whoever is allowed, as a key of the installation', async () => {
    const { body: options } = await installation.call('GET', '/v1/console-sign-in-options');
    assert.deepEqual(options, {
      oidc: { label: 'Sign in with Ops', url: `${installation.address}${start}` },
    });
    const browser = openBrowser();
    const page = await browser.open(`${start}?to=${encodeURIComponent('/console/audit?actor=1')}`);
    assert.equal(`${page.url.pathname}${page.url.search}`, '/console/audit?actor=1');
    const { status, body } = await browser.call('/v1/console-session');
    assert.deepEqual(
      [status, body.person, body.key_name, body.is_installation],
      [200, 'ada@ops.example', 'console: ada@ops.example', true],
    );
    assert.deepEqual(body.scopes, ['all', 'workspaces:manage', 'installation:read', 'installation:update']);
    assert.equal((await browser.call('/v1/workspaces')).status, 200);
    const names = browser.jar.list().map(({ name }) => name);
    assert.ok(!names.some((name) => name.includes('sign-in')), 'the ticket of the way is gone');
  });

  it('makes a key that ends with the session, whose text nobody gets, and which signing out revokes', async () => {
    const browser = openBrowser();
    await browser.open(start);
    const { body } = await browser.call('/v1/console-session');
    const key = await installation.gateway.core.apiKeys.read(
      { keyId: 'x', workspaceId: null, isInstallation: true, scopes: new Set(['all']), expiresAt: null },
      String(body.key_id),
    );
    assert.equal(new Date(key.expiresAt ?? 0).toISOString(), body.expires_at);
    assert.equal((await browser.call('/v1/console-session', 'DELETE')).status, 204);
    assert.equal((await browser.call('/v1/console-session')).status, 401);
    const over = await installation.gateway.core.apiKeys.read(
      { keyId: 'x', workspaceId: null, isInstallation: true, scopes: new Set(['all']), expiresAt: null },
      key.id,
    );
    assert.notEqual(over.revokedAt, null);
  });

  it('lets in by a group, whatever the address, and by one address', async () => {
    for (const person of [
      {
        sub: 'grouped',
        email: 'x@elsewhere.example',
        email_verified: false,
        groups: ['staff', 'mailgrant-admins'],
      },
      { sub: 'without-address', groups: ['mailgrant-admins'] },
      { sub: 'grace', email: 'grace@navy.example', email_verified: true },
    ]) {
      operator.person = person;
      const browser = openBrowser();
      await browser.open(start);
      assert.equal((await browser.call('/v1/console-session')).status, 200, person.sub);
    }
  });

  it('leads to no address but the console’s own', async () => {
    for (const to of [
      'https://evil.example/console/',
      '//evil.example',
      '/v1/whoami',
      '/console/\r\nx',
      '/consoles',
    ]) {
      const page = await openBrowser().open(`${start}?to=${encodeURIComponent(to)}`);
      assert.equal(page.url.href, `${installation.address}/console/`);
    }
  });
});

describe('nobody is let in', () => {
  const refused = async (what: RegExp, status: number, change?: (url: URL) => URL) => {
    const browser = openBrowser(change);
    const page = await browser.open(start);
    assert.match(page.text, what);
    assert.equal(page.status, status);
    assert.equal((await browser.call('/v1/console-session')).status, 401);
    return browser;
  };

  it('who is not on the list, not even by a domain that ends alike', async () => {
    for (const person of [
      { sub: 'eve', email: 'eve@elsewhere.example', email_verified: true },
      { sub: 'mallory', email: 'mallory@devops.example', email_verified: true },
      { sub: 'sub', email: 'x@sub.ops.example', email_verified: true },
      { sub: 'other-group', groups: ['mailgrant-admins-not'] },
      { sub: 'nothing' },
    ]) {
      operator.person = person;
      await refused(/You may not enter this console/, 403);
    }
    assert.match(installation.logged(), /was not let into the console/);
  });

  it('by an address that the server does not vouch for', async () => {
    operator.person = { ...ada, sub: 'unverified', email_verified: false };
    await refused(/Your address is not verified/, 403);
  });

  it('who cancels', async () => {
    operator.person = null;
    await refused(/You were not signed in/, 403);
  });

  it('with a nonce, a state or an issuer of another way', async () => {
    await refused(/This sign-in cannot be used/, 400, (url) => {
      if (url.searchParams.has('nonce')) url.searchParams.set('nonce', 'another');
      return url;
    });
    const back = (name: string) => (url: URL) => {
      if (url.pathname === '/console/oidc/callback') url.searchParams.set(name, 'another');
      return url;
    };
    await refused(/did not begin here/, 400, back('state'));
    await refused(/This sign-in cannot be used/, 400, back('iss'));
    await refused(/This sign-in cannot be used/, 400, back('code'));
  });

  it('in a browser that did not begin the way, nor a second time with the same answer', async () => {
    let callback: URL | null = null;
    const browser = openBrowser((url) => {
      if (url.pathname === '/console/oidc/callback') callback = new URL(url);
      return url;
    });
    await browser.open(start);
    const answer: URL = callback ?? assert.fail('no callback');
    const stranger = openBrowser();
    assert.match((await stranger.open(answer.href)).text, /did not begin here/);
    assert.equal((await stranger.call('/v1/console-session')).status, 401);
    assert.match((await browser.open(answer.href)).text, /did not begin here/);
  });

  it('with the code of somebody else’s way in place of the own', async () => {
    let stolen: URL | null = null;
    const victim = openBrowser((url) => {
      if (url.pathname !== '/console/oidc/callback') return url;
      stolen = new URL(url);
      return new URL('/healthz', url);
    });
    await victim.open(start);
    const code = (stolen ?? assert.fail('no callback')) as URL;
    await refused(/This sign-in cannot be used/, 400, (url) => {
      if (url.pathname === '/console/oidc/callback') {
        url.searchParams.set('code', code.searchParams.get('code') ?? '');
      }
      return url;
    });
  });
});

describe('a sign-in server that fails', () => {
  const withServer = async (
    environment: Record<string, string>,
    work: (address: string) => Promise<void>,
  ) => {
    const own = await startInstallation({
      environment: {
        MAILGRANT_CONSOLE_OIDC_CLIENT_ID: 'x',
        MAILGRANT_CONSOLE_OIDC_ALLOWED: '@ops.example',
        ...environment,
      },
    });
    try {
      await work(own.address);
    } finally {
      await own.close();
    }
  };

  it('that does not answer, is answered with a page that says so; an API key still opens the console', async () => {
    const port = await freePort();
    await withServer({ MAILGRANT_CONSOLE_OIDC_ISSUER: `http://127.0.0.1:${port}` }, async (address) => {
      const response = await fetch(`${address}${start}`, { redirect: 'manual' });
      assert.equal(response.status, 503);
      assert.match(await response.text(), /The sign-in server does not answer/);
    });
  });

  it('that calls itself otherwise, or does not know our registration, is told apart from that', async () => {
    const issuer = `${operator.issuer}/`.replace('127.0.0.1', 'localhost');
    await withServer({ MAILGRANT_CONSOLE_OIDC_ISSUER: issuer }, async (address) => {
      const response = await fetch(`${address}${start}`, { redirect: 'manual' });
      assert.equal(response.status, 500);
      assert.match(await response.text(), /not set up correctly/);
    });
  });
});

it('an ID token that is not signed by the server, or not for us, now, lets nobody in', async () => {
  const impostor = await startImpostor();
  const own = await startInstallation({
    environment: {
      MAILGRANT_CONSOLE_OIDC_ISSUER: impostor.issuer,
      MAILGRANT_CONSOLE_OIDC_CLIENT_ID: impostorClient.id,
      MAILGRANT_CONSOLE_OIDC_CLIENT_SECRET: impostorClient.secret,
      MAILGRANT_CONSOLE_OIDC_ALLOWED: '@ops.example',
    },
  });
  try {
    const outcome = async (forging: Forgery) => {
      impostor.forging = forging;
      const browser = openBrowser((url) => url, own.address);
      const page = await browser.open(start);
      return [page.status, (await browser.call('/v1/console-session')).status];
    };
    assert.equal((await outcome('sound'))[1], 200);
    for (const forging of ['other_key', 'other_audience', 'other_issuer', 'expired'] as const) {
      assert.deepEqual(await outcome(forging), [400, 401], forging);
    }
    for (const forging of ['unsigned', 'shared_secret'] as const) {
      assert.equal((await outcome(forging))[1], 401, forging);
    }
  } finally {
    await own.close();
    await impostor.close();
  }
});

it('without a sign-in server there is no button and no such page', async () => {
  const own = await startInstallation();
  try {
    assert.deepEqual((await own.call('GET', '/v1/console-sign-in-options')).body, { oidc: null });
    assert.equal((await fetch(`${own.address}${start}`)).status, 404);
    assert.equal((await fetch(`${own.address}/console/oidc/callback?state=x&code=y`)).status, 400);
  } finally {
    await own.close();
  }
});
