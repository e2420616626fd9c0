// Accounts of EmailEngine's surface: register with tokens or by the browser, list, read, change, delete.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, afterEach, before, describe, it } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { namedFaults } from '../../sandbox/faults.ts';
import { assertGolden } from '../support/golden.ts';
import { freePort } from '../support/installation.ts';
import { failure, startWorld, type World } from './emailengine-world.ts';

let world: World;

before(async () => {
  world = await startWorld();
});
after(() => world.close());
afterEach(() => {
  for (const provider of ['google', 'microsoft'] as const) world.sandbox[provider].configure({ fault: null });
});

const gmail = async (login: string, members: Record<string, unknown> = {}) => ({
  provider: 'gmail',
  auth: { user: login },
  refreshToken: await world.refreshToken('google', login),
  ...members,
});

describe('an account with tokens', () => {
  it('is new the first time and existing every further time, also at once', async () => {
    const body = { account: 'example', name: 'Alice', oauth2: await gmail('alice@gmail.test') };
    assertGolden('emailengine', 'register-account', await world.client.registerAccount(body));
    const again = await Promise.all([world.client.registerAccount(body), world.client.registerAccount(body)]);
    for (const reply of again) assertGolden('emailengine', 'register-account-again', reply);
    assert.equal((await world.client.listAccounts({ query: 'alice@' })).total, 1);
  });

  it('is made once when the first call is sent twice at once', async () => {
    const client = world.clientOf((await world.addWorkspace('Twice')).apiKey);
    const body = { account: 'twice', name: 'Bob', oauth2: await gmail('bob@corp.test') };
    const replies = await Promise.all([client.registerAccount(body), client.registerAccount(body)]);
    assert.deepEqual(replies.map(({ state }) => state).sort(), ['existing', 'new']);
    assert.equal((await client.listAccounts()).total, 1);
  });

  it('is read with its settings, masked', async () => {
    await world.client.updateAccount('example', {
      name: 'Alice Two',
      path: ['INBOX'],
      subconnections: [],
      webhooks: 'https://hooks.example.com/in',
      webhooksCustomHeaders: [{ key: 'X-Secret', value: 'very-secret' }],
      proxy: 'socks://someone:hidden@proxy.example.com:1080',
      logs: true,
      copy: false,
      notifyFrom: '2026-01-01T00:00:00.000Z',
      smtpEhloName: 'mail.example.com',
      imapIndexer: 'fast',
      locale: 'et',
      tz: 'Europe/Tallinn',
    });
    const account = await world.client.readAccount('example', { quota: true });
    assertGolden('emailengine', 'read-account', account);
    assert.equal(account.name, 'Alice Two');
    assert.equal(account.proxy, 'socks://proxy.example.com:1080');
    assert.equal(account.imapIndexer, 'fast');
    assert.deepEqual(account.webhooksCustomHeaders, [{ key: 'X-Secret', value: '******' }]);
    const text = JSON.stringify(account);
    assert.ok(!text.includes('very-secret') && !text.includes('hidden'));
  });

  it('keeps what a change does not name', async () => {
    assertGolden(
      'emailengine',
      'update-account',
      await world.client.updateAccount('example', { logs: false }),
    );
    const account = await world.client.readAccount('example');
    assert.deepEqual([account.logs, account.locale, account.name], [false, 'et', 'Alice Two']);
  });

  it('takes new tokens and keeps its id', async () => {
    const oauth2 = await gmail('alice@gmail.test', { partial: true });
    assert.deepEqual(await world.client.updateAccount('example', { oauth2 }), { account: 'example' });
  });

  it('works at Microsoft too, by the id of an application', async () => {
    const apps = await world.client.listApps();
    const list: unknown[] = Array.isArray(apps.apps) ? apps.apps : [];
    const outlook = list.map(Object).find(({ provider }) => provider === 'outlook');
    const refreshToken = await world.refreshToken('microsoft', 'erin@contoso.test');
    const oauth2 = { provider: outlook.id, auth: { user: 'erin@contoso.test' }, refreshToken };
    const reply = await world.client.registerAccount({ account: 'erin', name: 'Erin', oauth2 });
    assert.deepEqual(reply, { account: 'erin', state: 'new' });
    const { type, app, state } = await world.client.readAccount('erin');
    assert.deepEqual([type, app, state], ['outlook', outlook.id, 'connected']);
  });

  it('gets an id from the server when it brings none', async () => {
    const body = { account: null, name: 'Bob', oauth2: await gmail('bob@corp.test') };
    const { account, state } = await world.client.registerAccount(body);
    assert.equal(state, 'new');
    assert.equal((await world.client.readAccount(String(account))).email, 'bob@corp.test');
  });

  it('is refused when the same user is registered under another id', async () => {
    const body = { account: 'second', name: 'Alice', oauth2: await gmail('alice@gmail.test') };
    assertGolden(
      'emailengine',
      'account-already-exists',
      (await failure(world.client.registerAccount(body))).body,
    );
  });

  it('moves to the address of new tokens that are registered for it', async () => {
    const body = { account: 'example', name: 'Carol', oauth2: await gmail('carol@gmail.test') };
    const replaced = await world.client.registerAccount(body);
    assert.deepEqual(replaced, { account: 'example', state: 'existing' });
    assert.equal((await world.client.readAccount('example')).email, 'carol@gmail.test');
    await world.client.registerAccount({ ...body, oauth2: await gmail('alice@gmail.test') });
  });

  it('may have the id of an account in another workspace', async () => {
    const other = await world.addWorkspace('Other');
    const client = world.clientOf(other.apiKey);
    assert.equal((await failure(client.readAccount('example'))).status, 404);
    const body = { account: 'example', name: 'Gina', oauth2: await gmail('gina@corp.test') };
    assert.deepEqual(await client.registerAccount(body), { account: 'example', state: 'new' });
  });

  it('is 400 for tokens that the provider refuses, and 503 with Retry-After while the provider is down', async () => {
    const body = {
      account: 'refused',
      name: 'No',
      oauth2: { provider: 'gmail', auth: { user: 'carol@gmail.test' }, refreshToken: 'no-such-token' },
    };
    const refused = await failure(world.client.registerAccount(body));
    assert.deepEqual([refused.status, refused.body.code], [400, 'AccountVerificationFailed']);
    world.sandbox.google.configure({ fault: namedFaults.serverError('refresh') });
    const down = await failure(world.client.registerAccount(body));
    assert.equal(down.status, 503);
    assert.ok((down.retryAfterSeconds ?? 0) >= 1);
  });

  it('is 400 for tokens of another address, a missing refresh token, an unknown application', async () => {
    const register = async (oauth2: Record<string, unknown>) =>
      failure(world.client.registerAccount({ account: 'x', name: 'X', oauth2 }));
    const wrong = await register({ ...(await gmail('carol@gmail.test')), auth: { user: 'zoe@gmail.test' } });
    assert.equal(wrong.status, 400);
    const noToken = await register({ provider: 'gmail', accessToken: 'only-this' });
    assertGolden('emailengine', 'invalid-input', noToken.body);
    for (const provider of ['no-such', '019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10']) {
      const unknown = await register({ ...(await gmail('carol@gmail.test')), provider });
      assertGolden('emailengine', 'invalid-provider', unknown.body);
    }
  });

  it('is 501 with passwords, authentication servers and shared mailboxes without a sign-in', async () => {
    const imap = { host: 'imap.example.com', port: 993, auth: { user: 'a', pass: 'b' } };
    const bodies = [
      { account: 'p', name: 'P', imap, smtp: false },
      { account: 'p', name: 'P', oauth2: { useAuthServer: true, auth: { user: 'a' } } },
      { account: 'p', name: 'P', oauth2: { provider: 'outlook', auth: { user: 'a', delegatedUser: 'b' } } },
      {
        account: 'p',
        name: 'P',
        oauth2: { provider: 'outlook', auth: { delegatedUser: 'b@contoso.test', delegatedAccount: 'erin' } },
      },
    ];
    for (const body of bodies) {
      const { status, body: reply } = await failure(world.client.registerAccount(body));
      assert.equal(status, 501);
      assertGolden('emailengine', 'not-built', reply);
    }
  });
});

describe('an account by way of the browser', () => {
  /** A program's page that the browser is sent back to. */
  async function withPage(work: (url: string) => Promise<void>): Promise<void> {
    const server = createServer((_request, response) => response.end('<h1>Back</h1>'));
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await work(`http://127.0.0.1:${port}/done?keep=1`);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  it('is there after consent, and the browser goes back with its id and state', async () => {
    await withPage(async (redirectUrl) => {
      const body = {
        account: 'frank',
        name: 'Frank F',
        oauth2: { authorize: true, provider: 'outlook', redirectUrl },
      };
      for (const state of ['new', 'existing']) {
        const reply = await world.client.registerAccount(body);
        assertGolden('emailengine', 'register-authorize', reply);
        const page = await approve(String(reply.redirect), { login: 'frank@contoso.test' });
        assert.equal(page.url, `${redirectUrl}&account=frank&state=${state}`);
      }
      const account = await world.client.readAccount('frank');
      assert.deepEqual([account.email, account.name], ['frank@contoso.test', 'Frank F']);
    });
  });

  it('stays on our page when nothing was connected', async () => {
    await withPage(async (redirectUrl) => {
      const body = {
        account: 'gina',
        name: 'G',
        oauth2: { authorize: true, provider: 'gmail', redirectUrl },
      };
      const { redirect } = await world.client.registerAccount(body);
      const page = await approve(String(redirect), { login: 'gina@corp.test', deny: true });
      assert.ok(page.url.startsWith(world.address));
      assert.equal((await failure(world.client.readAccount('gina'))).status, 404);
    });
  });

  it('cannot take the id of another address', async () => {
    await withPage(async (redirectUrl) => {
      const body = {
        account: 'frank',
        name: 'F',
        oauth2: { authorize: true, provider: 'outlook', redirectUrl },
      };
      const { redirect } = await world.client.registerAccount(body);
      const page = await approve(String(redirect), { login: 'dave@outlook.test' });
      assert.ok(page.url.startsWith(world.address));
      assert.equal((await world.client.readAccount('frank')).email, 'frank@contoso.test');
    });
  });

  it('refuses a redirectUrl that is neither https nor on the loopback interface', async () => {
    for (const redirectUrl of ['http://example.com/', 'javascript:alert(1)', undefined]) {
      const oauth2 = { authorize: true, provider: 'gmail', ...(redirectUrl ? { redirectUrl } : {}) };
      const { status, body } = await failure(
        world.client.registerAccount({ account: 'z', name: 'Z', oauth2 }),
      );
      assert.equal(status, 400);
      assertGolden('emailengine', 'invalid-input', body);
    }
  });

  it('begins with a form of ours too', async () => {
    await withPage(async (redirectUrl) => {
      const reply = await world.client.authenticationForm({ account: 'dave', redirectUrl, type: 'outlook' });
      assertGolden('emailengine', 'authentication-form', reply);
      const page = await approve(String(reply.url), { login: 'dave@outlook.test' });
      assert.equal(page.url, `${redirectUrl}&account=dave&state=new`);
      const noType = await failure(world.client.authenticationForm({ account: 'dave', redirectUrl }));
      assertGolden('emailengine', 'invalid-input', noType.body);
      const password = await failure(world.client.authenticationForm({ redirectUrl, type: 'imap' }));
      assert.equal(password.status, 501);
    });
  });
});

describe('accounts that are there', () => {
  it('are listed by pages that count from zero, by a search and by state', async () => {
    const all = await world.client.listAccounts();
    assertGolden('emailengine', 'list-accounts', all);
    const total = Number(all.total);
    const pages = await Promise.all(
      [0, 1].map((page) => world.client.listAccounts({ page, pageSize: total - 1 })),
    );
    assert.deepEqual(
      pages.map(({ accounts }) => Object(accounts).length),
      [total - 1, 1],
    );
    assert.deepEqual([pages[0]?.pages, pages[0]?.page, pages[1]?.page], [2, 0, 1]);
    const found = await world.client.listAccounts({ query: 'ERIN@' });
    assert.deepEqual([found.total, found.query], [1, 'ERIN@']);
    const connected = await world.client.listAccounts({ state: 'connected', pageSize: 1 });
    assert.deepEqual([connected.total, connected.state], [total, 'connected']);
    assert.equal((await world.client.listAccounts({ state: 'syncing' })).total, 0);
  });

  it('refuse a page that is none and parameters that are not known', async () => {
    for (const query of [
      { page: 'x' },
      { pageSize: 0 },
      { pageSize: 1001 },
      { state: 'fine' },
      { limit: 1 },
    ]) {
      const { status, body } = await failure(world.client.listAccounts({ ...query }));
      assert.equal(status, 400);
      assertGolden('emailengine', 'invalid-input', body);
    }
  });

  it('are tried again at once', async () => {
    assertGolden('emailengine', 'reconnect', await world.client.reconnect('example'));
    const asked = await world.client.call('PUT', '/account/example/reconnect', {
      body: { reconnect: false },
    });
    assert.deepEqual(asked, { reconnect: false });
  });

  it('are verified by their id; passwords are not', async () => {
    assertGolden('emailengine', 'verify-account', await world.client.verifyAccount({ account: 'example' }));
    const imap = { host: '127.0.0.1', port: 1, auth: { user: 'a', pass: 'b' } };
    const { status, body } = await failure(world.client.verifyAccount({ imap }));
    assert.equal(status, 501);
    assertGolden('emailengine', 'not-built', body);
  });

  it('cannot be given another address, or tokens by half', async () => {
    const bodies = [
      { email: 'other@gmail.test' },
      { oauth2: { accessToken: 'x' } },
      { oauth2: { provider: 'outlook' } },
    ];
    for (const body of bodies) {
      assert.equal((await failure(world.client.updateAccount('example', body))).status, 400);
    }
  });

  it('leave the grant alone when they are deleted, unless revoke=true is said', async () => {
    const revocations = () => world.sandbox.google.stats().revocations;
    const before = revocations();
    assertGolden('emailengine', 'delete-account', await world.client.deleteAccount('example'));
    assert.equal(revocations(), before);
    assert.equal((await failure(world.client.readAccount('example'))).status, 404);
    assert.equal((await failure(world.client.deleteAccount('example'))).status, 404);
    const oauth2 = await gmail('carol@gmail.test');
    await world.client.registerAccount({ account: 'carol', name: 'C', oauth2 });
    assert.deepEqual(await world.client.deleteAccount('carol', { revoke: true }), {
      account: 'carol',
      deleted: true,
    });
    assert.equal(revocations(), before + 1);
  });
});
