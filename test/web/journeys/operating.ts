// The operator: workspaces, an OAuth client by its set-up list, the health of the installation, and what is done by hand
// when something is in trouble.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { memberOf } from '../../support/installation.ts';
import { inSight } from '../support/in-sight.ts';
import { journey, type Stage } from '../support/stage.ts';
import { answer, choose, fromMenu, goTo, heading, press, signIn } from '../support/steps.ts';

/** Of the range for documentation (RFC 5737). */
const stranger = '203.0.113.9';

export function operating(stage: () => Stage): void {
  journey(
    stage,
    'an operator makes a workspace, renames it, and deletes it only by typing its name',
    async (stage) => {
      const { installation, inspect, operatorKey } = stage;
      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, operatorKey);
      await goTo(page, 'Workspaces');
      await press(page, 'Make a workspace');
      await page.getByRole('dialog').getByLabel('Name').fill('Umbrella');
      await inSight(page, 'Make the workspace');
      await inspect(page, 'workspace-new');
      await answer(page, 'Make the workspace');
      const row = page.getByRole('row').filter({ hasText: 'Umbrella' });
      await row.waitFor();
      await inspect(page, 'workspaces');
      await row.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('dialog').getByLabel('Type Umbrella to confirm').fill('umbrella');
      await answer(page, 'Delete it for ever');
      await page.getByText('This is not Umbrella.').waitFor();
      await page.getByRole('dialog').getByLabel('Type Umbrella to confirm').fill('Umbrella');
      await answer(page, 'Delete it for ever');
      await page.getByText('Umbrella is deleted.').waitFor();
      await row.waitFor({ state: 'detached' });
    },
  );

  journey(
    stage,
    'an OAuth client is entered, followed through its set-up list, examined, and makes connect sessions',
    async (stage) => {
      const { installation, inspect, operatorKey } = stage;
      const { sandbox } = installation;
      const { id } = await installation.addWorkspace('Set-up');
      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, operatorKey);
      await choose(page, 'Workspace', 'Set-up');
      await goTo(page, 'OAuth clients');
      await page.getByRole('main').getByRole('link', { name: 'Shared google' }).waitFor();
      await inspect(page, 'oauth-clients');
      await page
        .getByRole('link', { name: 'Add an OAuth client' })
        .or(page.getByRole('button', { name: 'Add an OAuth client' }))
        .first()
        .click();
      await heading(page, 'Add an OAuth client').waitFor();
      await press(page, 'Add the OAuth client');
      await page
        .getByText(/is missing|Enter|Give it/)
        .first()
        .waitFor();
      await inspect(page, 'oauth-client-new');
      const { clientId, clientSecret } = sandbox.google.clients.confidential;
      await page.getByLabel('Name', { exact: true }).fill('Our Gmail');
      await page.getByLabel('Client id').fill(clientId);
      await page.getByLabel('Client secret', { exact: true }).fill(clientSecret);
      await press(page, 'Add the OAuth client');
      await heading(page, 'Our Gmail').waitFor();
      assert.doesNotMatch(
        await page.content(),
        new RegExp(clientSecret),
        'a credential is never shown again',
      );
      const steps = page.getByRole('region', { name: 'Set-up' }).getByRole('checkbox');
      await steps.first().check();
      assert.ok((await steps.count()) >= 3, 'there are steps to follow');
      const redirectUri = await page
        .getByText(/\/oauth\/callback\//)
        .first()
        .textContent();
      sandbox.google.addRedirectUri(redirectUri ?? '');
      await press(page, 'Examine');
      await page.getByRole('button', { name: 'Examine again' }).waitFor();
      await page
        .getByRole('region', { name: 'Examination' })
        .getByText('Passed', { exact: true })
        .first()
        .waitFor();
      await inspect(page, 'oauth-client');
      await press(page, 'Enter the next one');
      await inSight(page, 'Save');
      await answer(page, 'Cancel');
      const call = installation.callAs(operatorKey);
      const session = await call(
        'POST',
        '/v1/connect-sessions',
        { provider: 'google' },
        { 'mailgrant-workspace': id },
      );
      assert.equal(session.status, 201, session.text);
      await fromMenu(page, 'Account and appearance', 'Sign out');
      await heading(page, 'Sign in to the console').waitFor();
    },
  );

  journey(
    stage,
    'a breaker is closed and a block is lifted by hand, and the log says by whom',
    async (stage) => {
      const { installation, inspect, operatorKey } = stage;
      const { sandbox } = installation;
      sandbox.google.configure({ fault: { on: 'token', status: 503 } });
      for (let failure = 0; failure < 3; failure += 1)
        await installation.connect('google', { login: 'bob@corp.test' });
      sandbox.google.configure({ fault: null });
      await knockInVain(stage);

      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, operatorKey);
      await holdResealing(page, { total: 400, checked: 100, resealed: 90 });
      await goTo(page, 'Installation');
      await page.getByRole('button', { name: `Lift the block of ${stranger}` }).waitFor();
      const bar = page.getByRole('progressbar', { name: 'Sealing anew' });
      await bar.waitFor();
      assert.equal(await bar.getAttribute('aria-valuenow'), '25');
      await page.getByText('100 of 400 values looked at', { exact: true }).waitFor();
      const inTrouble = page.getByRole('table', { name: 'Breakers of OAuth clients' });
      await inTrouble.getByText('Shared google', { exact: true }).waitFor();
      await inTrouble.getByText('Google, The installation (shared)').waitFor();
      await inspect(page, 'installation-trouble');
      await press(page, 'Close the breaker of Google');
      await answer(page, 'Close it');
      await page.getByText('Calls go to Google again.').waitFor();
      await press(page, `Lift the block of ${stranger}`);
      await answer(page, 'Lift it');
      await page.getByText(`${stranger} is let in again.`).waitFor();
      await page.getByText('None is blocked.').waitFor();

      await goTo(page, 'Audit log');
      await page.getByRole('table', { name: 'Audit log' }).getByText('block.lifted').waitFor();
      await page.getByRole('table', { name: 'Audit log' }).getByText('breaker.closed').waitFor();
      await inspect(page, 'audit-installation');
      const { body } = await installation.callAs(operatorKey)('GET', '/v1/audit-entries?action=block.lifted');
      const [entry]: unknown[] = Array.isArray(body.items) ? body.items : [];
      assert.equal(memberOf(memberOf(entry, 'actor'), 'kind'), 'console');
    },
  );
}

/** What the server tells of its keyring, with a pass in it that stays where it is: a real one is over in no time. */
async function holdResealing(page: Page, counts: Record<string, number>): Promise<void> {
  const at = new Date().toISOString();
  const pass = { key_id: 'k1', ...counts, unreadable: 0, started_at: at, updated_at: at, finished_at: null };
  await page.route('**/v1/keyring*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), resealing: pass } });
  });
}

async function knock(address: string): Promise<number> {
  const { status } = await fetch(`${address}/v1/console-session`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'mailgrant-console': '1',
      'x-forwarded-for': stranger,
      origin: address,
    },
    body: JSON.stringify({ api_key: 'mg_guessed' }),
  });
  return status;
}

/** Until the stranger is kept out for longer than a minute. */
async function knockInVain({ installation, operatorKey }: Stage): Promise<void> {
  const call = installation.callAs(operatorKey);
  for (let turn = 0; turn < 300; turn += 1) {
    if ((await knock(installation.address)) !== 429) continue;
    const { body } = await call('GET', '/v1/installation');
    if (Array.isArray(body.blocks) && body.blocks.length > 0) return;
  }
  throw new Error('whoever guesses keys is not blocked');
}
