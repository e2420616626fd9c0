// A workspace owner sends links, and mailbox owners follow them in browsers of their own: connected at once, after a wrong
// account, or not at all; the console shows it while it happens.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { memberOf } from '../../support/installation.ts';
import { inSight } from '../support/in-sight.ts';
import { journey, type Stage } from '../support/stage.ts';
import { choose, goTo, heading, press, signIn } from '../support/steps.ts';

export function connecting(stage: () => Stage): void {
  journey(
    stage,
    'a link is made, followed in another browser, and seen to connect without a reload',
    async (stage) => {
      const { installation, inspect } = stage;
      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, installation.apiKey);
      await goTo(page, 'Connect a mailbox');
      await inspect(page, 'connect');
      await page.getByLabel('Customer').fill('Acme');
      await press(page, 'Make the connect link');
      await heading(page, 'Connect session').waitFor();
      await page.getByText('Waits for the owner').first().waitFor();
      await inspect(page, 'connect-session-waiting');

      const owner = await stage.visit();
      await owner.page.goto(await linkIn(page));
      await consent(owner.page, 'Google', 'alice@gmail.test');
      await heading(owner.page, 'Your mailbox is connected').waitFor();

      await heading(page, 'alice@gmail.test').waitFor();
      await page.getByText('The mailbox is ready.', { exact: true }).waitFor();
      assert.equal(
        await page.getByText('The link', { exact: true }).count(),
        0,
        'a used link is shown no more',
      );
      await inspect(page, 'connect-session-connected');
      await page.getByRole('link', { name: 'Go to the mailbox' }).click();
      await heading(page, 'alice@gmail.test').waitFor();
      await page.getByText('Connected', { exact: true }).first().waitFor();
      await page.getByText('Works', { exact: true }).first().waitFor();
      await inspect(page, 'mailbox-connected');
    },
  );

  journey(stage, 'a key that may only make links gets its link, and is asked nothing else', async (stage) => {
    const { installation } = stage;
    const scopes = ['connect_sessions:create'];
    const made = await installation.call('POST', '/v1/api-keys', { name: 'Links only', scopes });
    const visitor = await stage.visit();
    const { page } = visitor;
    await signIn(visitor, installation.address, String(made.body.key));
    await page.getByText('Your key may not see this page').waitFor();
    await page.getByText('mailboxes:read').waitFor();
    await goTo(page, 'Connect a mailbox');
    await press(page, 'Make the connect link');
    visitor.expects(/^403 GET \/v1\/connect-sessions\//);
    await heading(page, 'Connect session').waitFor();
    const owner = await stage.visit();
    await owner.page.goto(await linkIn(page));
    await heading(owner.page, /Connect your mailbox/).waitFor();
  });

  journey(
    stage,
    'who signs in to another account is told so, and so is the console, until the right one comes',
    async (stage) => {
      const { installation, inspect } = stage;
      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, installation.apiKey, '/connect');
      await page.getByLabel('Address', { exact: true }).fill('gina@corp.test');
      await page.getByRole('button', { name: 'Make the connect link' }).dblclick();
      await heading(page, 'gina@corp.test').waitFor();
      assert.equal(await sessionsFor(stage, 'gina@corp.test'), 1, 'a double click makes one link');

      const owner = await stage.visit();
      const link = await linkIn(page);
      await owner.page.goto(link);
      await consent(owner.page, 'Google', 'bob@corp.test');
      await heading(owner.page, 'Another mailbox was chosen').waitFor();
      await page.getByText('Wrong account').first().waitFor();
      await page.getByText('Last try').waitFor();
      assert.doesNotMatch(
        (await page.locator('main').textContent()) ?? '',
        /bob@corp/,
        'whose it was is not told',
      );
      await inspect(page, 'connect-session-setback');
      await press(owner.page, 'Try again');
      await owner.page.getByRole('button', { name: 'gina@corp.test' }).click();
      await press(owner.page, 'Allow');
      await heading(owner.page, 'Your mailbox is connected').waitFor();
      await page.getByText('The mailbox is ready.', { exact: true }).waitFor();
    },
  );

  journey(
    stage,
    'a consent that only an administrator may give leads to the link for that administrator',
    async (stage) => {
      const { installation } = stage;
      installation.sandbox.microsoft.setDirectory('contoso.test', { userConsent: 'none' });
      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, installation.apiKey, '/connect');
      await page.getByRole('radio', { name: 'Microsoft' }).click();
      await press(page, 'Make the connect link');
      await heading(page, 'Connect session').waitFor();
      const owner = await stage.visit();
      await owner.page.goto(await linkIn(page));
      await press(owner.page, 'Continue to Microsoft');
      await owner.page.getByRole('button', { name: 'erin@contoso.test' }).click();
      await press(owner.page, 'Return to the application without granting consent');
      await heading(owner.page, 'The sign-in was cancelled').waitFor();
      await press(owner.page, 'An administrator must approve');
      await heading(owner.page, 'An administrator must approve first').waitFor();

      await page.getByText('Waits for an administrator').first().waitFor();
      const administratorUrl = await page
        .getByText(/\/admin-consent\//)
        .first()
        .textContent();
      await stage.inspect(page, 'connect-session-administrator');
      const administrator = await stage.visit();
      await administrator.page.goto(administratorUrl ?? '');
      await press(administrator.page, 'Continue to Microsoft');
      await administrator.page.getByRole('button', { name: 'admin@contoso.test' }).click();
      await press(administrator.page, 'Accept');
      await heading(administrator.page, 'Approved').waitFor();
      await page.getByText(/An administrator approved/).waitFor();

      await owner.page.reload();
      await press(owner.page, 'Continue');
      await owner.page.getByRole('button', { name: 'erin@contoso.test' }).click();
      await heading(owner.page, 'Your mailbox is connected').waitFor();
      await page.getByText('The mailbox is ready.', { exact: true }).waitFor();
      installation.sandbox.microsoft.setDirectory('contoso.test', { userConsent: 'allowed' });
    },
  );

  journey(
    stage,
    'connect sessions are found by status, and one that is cancelled leads nowhere',
    async (stage) => {
      const { installation, inspect } = stage;
      const made = await installation.call('POST', '/v1/connect-sessions', {
        provider: 'google',
        expected_email: 'carol@gmail.test',
      });
      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, installation.apiKey);
      await goTo(page, 'Connect sessions');
      const table = page.getByRole('table', { name: 'Connect sessions' });
      await table.getByRole('link', { name: 'carol@gmail.test' }).waitFor();
      await inspect(page, 'connect-sessions');
      await choose(page, 'Status', 'Connected');
      await table.getByRole('link', { name: 'alice@gmail.test' }).waitFor();
      assert.equal(await table.getByRole('link', { name: 'carol@gmail.test' }).count(), 0);
      assert.match(page.url(), /status=connected$/);
      await page.goBack();
      await press(page, 'Cancel the session of carol@gmail.test');
      await page.getByText('Cancelled. The link no longer works.').waitFor();
      const owner = await stage.visit();
      owner.expects(/^4\d\d GET \/connect\//);
      await owner.page.goto(String(made.body.url));
      await heading(owner.page, 'This link is over').waitFor();
    },
  );

  journey(stage, 'a customer gets a page of its own, until all such pages are taken back', async (stage) => {
    const { installation, inspect } = stage;
    const visitor = await stage.visit();
    const { page } = visitor;
    await signIn(visitor, installation.address, installation.apiKey);
    await goTo(page, 'Customers');
    await inspect(page, 'customers');
    await press(page, 'Make a link for Acme');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Good for').waitFor();
    await inSight(page, 'Make the link');
    await inspect(page, 'customer-link');
    await dialog.getByRole('button', { name: 'Make the link' }).click();
    const url = await dialog.locator('code').textContent();
    await dialog.getByRole('button', { name: 'Done' }).click();

    const customer = await stage.visit();
    await customer.page.goto(url ?? '');
    await heading(customer.page, 'Connect a mailbox').waitFor();
    await press(page, 'Take back all links');
    await page.getByRole('dialog').getByRole('button', { name: 'Take back all links' }).click();
    await page.getByText('All customer links are over.').waitFor();
    customer.expects(/^4\d\d GET \/customers\//);
    await customer.page.reload();
    await heading(customer.page, /./).waitFor();
    assert.equal(await heading(customer.page, 'Connect a mailbox').count(), 0);
  });
}

async function sessionsFor({ installation }: Stage, email: string): Promise<number> {
  const { body } = await installation.call('GET', '/v1/connect-sessions?limit=100');
  const items: unknown[] = Array.isArray(body.items) ? body.items : [];
  return items.filter((item) => memberOf(item, 'expected_email') === email).length;
}

/** The link as the console shows it, to be carried to its owner. */
export async function linkIn(page: Page): Promise<string> {
  const link = await page.getByRole('link', { name: 'Open in a new tab' }).getAttribute('href');
  assert.ok(link);
  assert.equal(await page.getByText(link, { exact: true }).count(), 1, 'what is copied is what is opened');
  return link;
}

/** As the mailbox owner, from the invitation to the end of the consent. */
export async function consent(page: Page, provider: 'Google' | 'Microsoft', login: string): Promise<void> {
  await press(page, `Continue to ${provider}`);
  await page.getByRole('button', { name: login }).click();
  await press(page, 'Allow');
}
