// One mailbox from its first token to its end, as a workspace owner sees it; its owner reconnects it in between.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { importMailbox } from '../../support/imported-mailbox.ts';
import { until } from '../../support/until.ts';
import { journey, type Stage } from '../support/stage.ts';
import { answer, fromMenu, heading, press, signIn } from '../support/steps.ts';
import { consent } from './connecting.ts';

export function oneMailbox(stage: () => Stage): void {
  journey(stage, 'a mailbox is diagnosed, described, and its token reads are counted', async (stage) => {
    const { installation, inspect } = stage;
    const { call, gateway } = installation;
    const id = await importMailbox(installation, 'google', 'carol@gmail.test');
    for (let turn = 0; turn < 3; turn += 1) {
      const { status, text } = await call('POST', `/v1/mailboxes/${id}/token`);
      assert.equal(status, 200, text);
    }
    await gateway.core.tokenUses.flush();
    const visitor = await stage.visit();
    const { page } = visitor;
    await signIn(visitor, installation.address, installation.apiKey, `/mailboxes/${id}`);
    await heading(page, 'carol@gmail.test').waitFor();

    await page.getByText('3 reads, by hour.').waitFor();
    await page.locator('.recharts-surface').first().waitFor();
    await page.getByText('Table', { exact: true }).click();
    await page.getByRole('table', { name: 'Token reads' }).getByRole('cell', { name: '3' }).waitFor();

    await press(page, 'Diagnose');
    await press(page, 'Diagnose again');
    // The first diagnosis may still be on the page, and give way to the second.
    const passed = page.getByText('Passed', { exact: true });
    await until('five steps have passed', async () => (await passed.count()) >= 5);
    await inspect(page, 'mailbox-diagnosed');

    await page.getByLabel('Name', { exact: true }).fill('Carol, sales');
    await page.getByLabel('Customer').fill('Globex');
    await press(page, 'Add a pair');
    await page.getByLabel('Value of pair 1').fill('EMEA');
    await press(page, 'Save');
    await page.getByText('Give it a name.').waitFor();
    await page.getByLabel('Name of pair 1').fill('region');
    await press(page, 'Save');
    await page.getByText('Saved', { exact: true }).waitFor();
    const { body } = await call('GET', `/v1/mailboxes/${id}`);
    assert.deepEqual(
      [body.name, body.customer, body.metadata],
      ['Carol, sales', 'Globex', { region: 'EMEA' }],
    );
  });

  journey(stage, 'who saves a form takes back nothing that others have saved meanwhile', async (stage) => {
    const { installation } = stage;
    const { call } = installation;
    const id = await idOf(stage, 'carol@gmail.test');
    const visitor = await stage.visit();
    const { page } = visitor;
    await signIn(visitor, installation.address, installation.apiKey, `/mailboxes/${id}`);
    const name = page.getByLabel('Name', { exact: true });
    const customer = page.getByLabel('Customer');
    const save = page.getByRole('button', { name: 'Save', exact: true });
    await name.fill('Carol, support');

    const metadata = { region: 'EMEA', plan: 'gold' };
    const changes = { name: 'Carol, billing', customer: 'Initech', metadata };
    assert.equal((await call('PATCH', `/v1/mailboxes/${id}`, changes)).status, 200);
    await press(page, 'Verify now');
    await until('the new customer is shown', async () => (await customer.inputValue()) === 'Initech');
    assert.equal(await page.getByLabel('Name of pair 2').inputValue(), 'plan');
    assert.equal(await name.inputValue(), 'Carol, support', 'what was entered is still there');
    await page.getByText('Changed by somebody else meanwhile: Name.').waitFor();

    await save.click();
    await page.getByText('Saved', { exact: true }).waitFor();
    await until('nothing is left to save', () => save.isDisabled());
    const { body } = await call('GET', `/v1/mailboxes/${id}`);
    assert.deepEqual([body.name, body.customer, body.metadata], ['Carol, support', 'Initech', metadata]);
  });

  journey(
    stage,
    'a disabled mailbox hands out no token, and does again when it is enabled',
    async (stage) => {
      const { installation, inspect } = stage;
      const { call } = installation;
      const id = await idOf(stage, 'carol@gmail.test');
      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, installation.apiKey, `/mailboxes/${id}`);
      await fromMenu(page, 'More actions', 'Disable');
      await page.getByRole('dialog', { name: 'Disable this mailbox' }).waitFor();
      await inspect(page, 'mailbox-disable');
      await answer(page, 'Disable');
      await statusIs(page, 'Disabled');
      assert.equal((await call('POST', `/v1/mailboxes/${id}/token`)).body.code, 'mailbox_disabled');
      await press(page, 'Enable');
      await page.getByText('Enabled', { exact: true }).first().waitFor();
      await page.getByRole('button', { name: 'Verify now' }).waitFor();
      assert.equal((await call('POST', `/v1/mailboxes/${id}/token`)).status, 200);
    },
  );

  journey(
    stage,
    'a grant that its owner took back shows a verdict, and the link by which the owner mends it',
    async (stage) => {
      const { installation, inspect } = stage;
      const id = await idOf(stage, 'alice@gmail.test');
      await installation.sandbox.google.revokeUser('alice@gmail.test');
      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, installation.apiKey, `/mailboxes/${id}`);
      await press(page, 'Verify now');
      await statusIs(page, 'Needs reauthorization');
      const verdict = page.getByRole('main');
      await verdict
        .getByText(/Must act|Who must act/)
        .first()
        .waitFor();
      const link = await verdict
        .getByText(/\/reconnect\//)
        .first()
        .textContent();
      await inspect(page, 'mailbox-needs-reauthorization');
      await page.getByRole('link', { name: 'Overview', exact: true }).click();
      await heading(page, 'Overview').waitFor();
      await page.getByRole('main').getByRole('link', { name: 'alice@gmail.test' }).first().waitFor();
      await inspect(page, 'overview');

      const owner = await stage.visit();
      await owner.page.goto(link ?? '');
      await consent(owner.page, 'Google', 'alice@gmail.test');
      await heading(owner.page, 'Your mailbox is connected again').waitFor();
      await page.goto(`${installation.address}/console/mailboxes/${id}`);
      await statusIs(page, 'Connected');
      await page
        .getByRole('list', { name: 'Timeline' })
        .or(page.getByRole('main'))
        .getByText('Reconnected')
        .first()
        .waitFor();
      await inspect(page, 'mailbox-reconnected');
    },
  );

  journey(stage, 'a mailbox is disconnected only by whoever types its address', async (stage) => {
    const { installation, inspect } = stage;
    const id = await idOf(stage, 'carol@gmail.test');
    const visitor = await stage.visit();
    const { page } = visitor;
    const bystander = await stage.visit();
    bystander.expects(/^404 (GET|PATCH) \/v1\//);
    await signIn(bystander, installation.address, installation.apiKey, `/mailboxes/${id}`);
    await heading(bystander.page, 'carol@gmail.test').waitFor();
    await signIn(visitor, installation.address, installation.apiKey, `/mailboxes/${id}`);
    await fromMenu(page, 'More actions', 'Disconnect');
    const field = page.getByRole('dialog').getByLabel('Type carol@gmail.test to confirm');
    await field.fill('carol');
    await answer(page, 'Disconnect for good');
    await page.getByText('This is not carol@gmail.test.').waitFor();
    await inspect(page, 'mailbox-disconnect');
    assert.equal((await installation.call('GET', `/v1/mailboxes/${id}`)).status, 200);
    await field.fill('carol@gmail.test');
    await answer(page, 'Disconnect for good');
    await heading(page, 'Mailboxes').waitFor();
    assert.equal((await installation.call('GET', `/v1/mailboxes/${id}`)).status, 404);
    visitor.expects(/^404 (GET|PATCH) \/v1\/mailboxes\//);
    await bystander.page.getByLabel('Customer').fill('Hooli');
    await press(bystander.page, 'Save');
    await heading(bystander.page, 'There is no such mailbox').waitFor();
    await page.goto(`${installation.address}/console/mailboxes/${id}`);
    await heading(page, 'There is no such mailbox').waitFor();
    await page.goto(`${installation.address}/console/nowhere`);
    await heading(page, 'There is no such page').waitFor();
    await inspect(page, 'no-such-page');
  });
}

const statusIs = (page: Page, status: string): Promise<void> =>
  page.getByRole('heading', { level: 1 }).locator('..').getByText(status, { exact: true }).waitFor();

async function idOf({ installation }: Stage, email: string): Promise<string> {
  const { body, text } = await installation.call('GET', `/v1/mailboxes?search=${encodeURIComponent(email)}`);
  const [found]: unknown[] = Array.isArray(body.items) ? body.items : [];
  assert.ok(found, text);
  return String(Object(found).id);
}
