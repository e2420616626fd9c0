// In and out: a wrong key, a right one, a session that ends while somebody works, the way over the operator's own sign-in
// server; and what all that costs to load.
import assert from 'node:assert/strict';
import { get } from 'node:http';
import type { Page } from 'playwright-core';
import { until } from '../../support/until.ts';
import { journey, type Stage } from '../support/stage.ts';
import { fromMenu, heading, press, signIn } from '../support/steps.ts';

/** Bytes, compressed by gzip: scripts and styles until somebody can sign in. */
const firstLoadMax = 200_000;

export function signingIn(stage: () => Stage): void {
  journey(stage, 'a wrong key is refused in words, a right one leads to the overview', async (stage) => {
    const visitor = await stage.visit();
    const { page } = visitor;
    const { installation, inspect } = stage;
    visitor.expects(/^401 POST \/v1\/console-session$/);
    await page.goto(`${installation.address}/console/`);
    await heading(page, 'Sign in to the console').waitFor();
    await inspect(page, 'sign-in');
    await press(page, 'Sign in');
    await page.getByText('Enter an API key.').waitFor();
    await page.getByLabel('API key', { exact: true }).fill('mg_wrong_and_never_right');
    await press(page, 'Sign in');
    await page.getByRole('alert').getByText('This key is not accepted').waitFor();
    await inspect(page, 'sign-in-refused');

    await page.getByLabel('API key', { exact: true }).fill(installation.apiKey);
    await press(page, 'Sign in');
    await heading(page, 'Overview').waitFor();
    await page.getByRole('heading', { name: 'First steps' }).waitFor();
    await inspect(page, 'overview-empty');
    const kept = await page.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
    );
    assert.doesNotMatch(String(kept), /mg_/, 'no key and no session token is within reach of a script');

    await fromMenu(page, 'Account and appearance', 'Sign out');
    await heading(page, 'Sign in to the console').waitFor();
    await page.goBack().catch(() => null);
    await page.goto(`${installation.address}/console/mailboxes`);
    await heading(page, 'Sign in to the console').waitFor();
  });

  journey(
    stage,
    'a session that ends leads to the sign-in, and from there back to where one was',
    async (stage) => {
      const { installation } = stage;
      const { call } = installation;
      const made = await call('POST', '/v1/api-keys', { name: 'Short-lived', scopes: ['all'] });
      assert.equal(made.status, 201, made.text);
      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, String(made.body.key), '/customers');
      await heading(page, 'Customers').waitFor();
      visitor.expects(/^401 /);
      const keyId = String(made.body.id);
      const gone = await call('DELETE', `/v1/api-keys/${keyId}`);
      assert.ok(gone.status < 300, gone.text);
      await page.getByRole('link', { name: 'Connect sessions' }).click();
      await heading(page, 'Sign in to the console').waitFor();
      assert.equal(new URL(page.url()).pathname, '/console/connect-sessions');
      await page.getByRole('status').getByText('Your session is over').waitFor();

      // Whether somebody is signed in is asked once more, and answered late: not before somebody is.
      const late = Promise.withResolvers<void>();
      const [asked, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      await page.route('**/v1/console-session', async (route) => {
        if (route.request().method() !== 'GET') return route.continue();
        const response = await route.fetch();
        asked.resolve();
        await late.promise;
        // It may have been given up.
        await route.fulfill({ response }).catch(() => {});
        told.resolve();
      });
      await page.evaluate("window.dispatchEvent(new Event('visibilitychange'))");
      await asked.promise;
      await page.getByLabel('API key', { exact: true }).fill(installation.apiKey);
      await press(page, 'Sign in');
      await heading(page, 'Connect sessions').waitFor();
      late.resolve();
      await told.promise;
      await page.unroute('**/v1/console-session');
      await page.evaluate(
        'new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))',
      );
      await heading(page, 'Connect sessions').waitFor();
      assert.equal(new URL(page.url()).pathname, '/console/connect-sessions');
    },
  );

  journey(stage, 'no window shows the pages of somebody who is not signed in any more', async (stage) => {
    const { installation } = stage;
    const other = await installation.addWorkspace('Somebody else');
    const visitor = await stage.visit();
    const { page: first, context } = visitor;
    await signIn(visitor, installation.address, installation.apiKey, '/customers');
    await first.getByText('Test workspace', { exact: true }).waitFor();
    const second = await context.newPage();
    await second.goto(`${installation.address}/console/customers`);
    await second.getByText('Test workspace', { exact: true }).waitFor();

    await fromMenu(second, 'Account and appearance', 'Sign out');
    await first.getByRole('status').getByText('Your session is over').waitFor();
    await heading(second, 'Sign in to the console').waitFor();
    assert.equal(await second.getByText('Your session is over').count(), 0, 'it was meant');

    await second.getByLabel('API key', { exact: true }).fill(other.apiKey);
    await press(second, 'Sign in');
    await second.getByText('Somebody else', { exact: true }).waitFor();
    await first.getByText('Somebody else', { exact: true }).waitFor();
    assert.equal(await first.getByText('Test workspace', { exact: true }).count(), 0);
  });

  journey(stage, 'a page whose files do not come leaves the console standing', async (stage) => {
    const { installation } = stage;
    const visitor = await stage.visit();
    const { page } = visitor;
    await signIn(visitor, installation.address, installation.apiKey, '/customers');
    await heading(page, 'Customers').waitFor();
    visitor.expects(/^console: Error: The files of this page could not be loaded/);
    await page.route('**/*', (route) => route.abort());
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByText('The files of this page could not be loaded').waitFor();
    await page.getByRole('link', { name: 'Customers', exact: true }).click();
    await heading(page, 'Customers').waitFor();
    await page.unroute('**/*');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await press(page, 'Load the page again');
    await heading(page, 'People').waitFor();
    await page.getByLabel('An address of the person').fill('not an address');
    await press(page, 'Find everything');
    visitor.expects(/^400 POST \/v1\/people\/export$/);
    await page.getByRole('alert').getByText('“email” is not of the form').waitFor();
  });

  journey(
    stage,
    "an operator comes in by the organisation's own sign-in, back to the page that was asked for",
    async (stage) => {
      const { operatorServer, installation } = stage;
      const visitor = await stage.visit();
      const { page } = visitor;
      operatorServer.person = { sub: 'mallory', email: 'mallory@elsewhere.example', email_verified: true };
      visitor.expects(/^403 GET \/console\/oidc\/callback$/);
      await page.goto(`${installation.address}/console/mailboxes?status=degraded`);
      await page.getByRole('link', { name: 'Sign in with Ops' }).click();
      await heading(page, 'You may not enter this console').waitFor();
      await stage.inspect(page, 'oidc-refused');

      operatorServer.person = { sub: 'ada', email: 'ada@ops.example', email_verified: true, name: 'Ada Ops' };
      const other = await stage.visit();
      await other.page.goto(`${installation.address}/console/mailboxes?status=degraded`);
      await other.page.getByRole('link', { name: 'Sign in with Ops' }).click();
      await heading(other.page, 'Choose a workspace').waitFor();
      assert.match(other.page.url(), /\/console\/mailboxes\?status=degraded$/);
      await stage.inspect(other.page, 'choose-workspace');
      await press(other.page, 'Test workspace');
      await heading(other.page, 'Mailboxes').waitFor();
      await press(other.page, 'Account and appearance');
      await other.page
        .getByText(/ada@ops\.example|Ada Ops/)
        .first()
        .waitFor();
    },
  );

  journey(stage, 'the first page is there after less than 200 kB of scripts and styles', async (stage) => {
    const { installation } = stage;
    const visitor = await stage.visit();
    const asked = filesOf(visitor.page, installation.address);
    await visitor.page.goto(`${installation.address}/console/`);
    await heading(visitor.page, 'Sign in to the console').waitFor();
    const entry = await bytesOf([...asked]);
    assert.ok(entry > 20_000, 'something was measured');
    assert.ok(entry < firstLoadMax, `${entry} bytes`);
  });

  journey(
    stage,
    'light and dark are chosen by the system, or by the person, who finds it so again',
    async (stage) => {
      const visitor = await stage.visit({ colorScheme: 'dark' });
      const { page } = visitor;
      await signIn(visitor, stage.installation.address, stage.installation.apiKey);
      const scheme = (): Promise<unknown> =>
        page.evaluate("document.documentElement.getAttribute('data-mantine-color-scheme')");
      await until('it is dark', async () => (await scheme()) === 'dark');
      await press(page, 'Account and appearance');
      await page.getByRole('menuitemradio', { name: 'Light' }).click();
      await until('it is light', async () => (await scheme()) === 'light');
      await page.reload();
      await page.getByRole('navigation', { name: 'Console' }).waitFor();
      assert.equal(await scheme(), 'light');
    },
  );
}

/** Scripts and styles that a page asks for from now on. */
function filesOf(page: Page, address: string): Set<string> {
  const urls = new Set<string>();
  page.on('response', (response) => {
    const kind = response.request().resourceType();
    if (response.url().startsWith(address) && (kind === 'script' || kind === 'stylesheet'))
      urls.add(response.url());
  });
  return urls;
}

/** As the server sends them to a browser that knows gzip alone. */
async function bytesOf(urls: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    urls.map(
      (url) =>
        new Promise<number>((resolve, reject) => {
          get(url, { headers: { 'accept-encoding': 'gzip' } }, (response) => {
            let bytes = 0;
            const isGzip = response.headers['content-encoding'] === 'gzip';
            response.on('data', (chunk: Buffer) => {
              bytes += chunk.length;
            });
            response.on('end', () =>
              response.statusCode === 200 && (isGzip || bytes < 2_000)
                ? resolve(bytes)
                : reject(new Error(`${url}: ${response.statusCode}, not compressed`)),
            );
          }).on('error', reject);
        }),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
