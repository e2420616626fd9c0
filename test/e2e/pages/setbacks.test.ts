// A sign-in that comes to nothing at first, in a real browser: what the person sees, and that the same link goes on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../../src/system.ts';
import { arrivesAt, inspect, mainText, openStage, pick, press, type Stage } from './stage.ts';

let stage: Stage;
let ahead = 0;
before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  stage = await openStage({ substitutes: { clock } });
});
after(() => stage.close());

test('whoever leaves a box unticked sees which permission is missing, and connects at the second try', async () => {
  const { id, url } = await stage.invite({ provider: 'google' });
  const page = await stage.person();
  await page.goto(url);
  await arrivesAt(page, 'Connect your mailbox', 'invitation');
  await press(page, 'Continue to Google');
  await pick(page, 'bob@corp.test');
  await page.getByRole('checkbox', { name: 'https://mail.google.com/' }).uncheck();
  await press(page, 'Allow');
  await arrivesAt(page, 'A permission is missing', 'setback-scope');
  assert.match(await mainText(page), /Read, write, send and delete all of your mail/);
  assert.equal((await stage.sessionOf(id)).status, 'insufficient_scope');

  await press(page, 'Try again');
  // The provider still knows who this is.
  await press(page, 'Allow');
  await arrivesAt(page, 'Your mailbox is connected', 'connected');
  assert.equal((await stage.sessionOf(id)).status, 'connected');
});

test('whoever chooses another account is told which one, and connects the expected one at the second try', async () => {
  const { id, url } = await stage.invite({ provider: 'google', expected_email: 'gina@corp.test' });
  const page = await stage.person();
  await page.goto(url);
  await press(page, 'Continue to Google');
  await pick(page, 'alice@gmail.test');
  await press(page, 'Allow');
  await arrivesAt(page, 'Another mailbox was chosen', 'setback-mailbox');
  assert.match(await mainText(page), /alice@gmail\.test[\s\S]*gina@corp\.test/);
  const waiting = await stage.sessionOf(id);
  assert.equal(waiting.status, 'wrong_mailbox');
  assert.doesNotMatch(JSON.stringify(waiting), /alice/, 'the address is for the person alone');

  await press(page, 'Try again');
  await pick(page, 'gina@corp.test');
  await press(page, 'Allow');
  await page.getByRole('heading', { name: 'Your mailbox is connected' }).waitFor();
  assert.equal((await stage.sessionOf(id)).status, 'connected');
});

test('whoever cancels can change their mind', async () => {
  const { id, url } = await stage.invite({ provider: 'microsoft' });
  const page = await stage.person();
  await page.goto(url);
  await press(page, 'Continue to Microsoft');
  await pick(page, 'frank@contoso.test');
  await press(page, 'Cancel');
  await arrivesAt(page, 'The sign-in was cancelled', 'setback-declined');
  assert.equal((await stage.sessionOf(id)).status, 'declined');
  await press(page, 'Try again');
  await pick(page, 'frank@contoso.test');
  await press(page, 'Allow');
  await page.getByRole('heading', { name: 'Your mailbox is connected' }).waitFor();
});

test('a page of the provider that leads nowhere is looked up from the invitation', async () => {
  const page = await stage.person();
  for (const provider of ['google', 'microsoft']) {
    const { url } = await stage.invite({ provider });
    await page.goto(url);
    await page.getByRole('link', { name: /the provider's page showed an error/ }).click();
    const name = provider === 'google' ? 'Google' : 'Microsoft';
    await arrivesAt(page, `When the page of ${name} does not lead back`, `help-${provider}`);
    const known = provider === 'google' ? 'Error 400: admin_policy_enforced' : 'AADSTS53003';
    const helps = page.locator('details', { hasText: known });
    const help = helps.getByText('Who can help');
    assert.equal(await help.isVisible(), false, 'a line is closed until somebody wants it');
    await page.getByText(known, { exact: true }).press('Enter');
    await help.waitFor();
    await inspect(page, `help-open-${provider}`);
    await page.getByRole('link', { name: 'Back to the start' }).click();
    await page.getByRole('heading', { name: 'Connect your mailbox' }).waitFor();
  }
});

test('a link that nobody used in time is over, and an unknown one shows nothing', async () => {
  const { id, url } = await stage.invite({ provider: 'google' });
  const page = await stage.person();
  ahead = 601_000;
  await page.goto(url);
  await arrivesAt(page, 'This link is over', 'link-over');
  assert.equal((await stage.sessionOf(id)).status, 'expired');
  await page.goto(`${stage.address}/connect/unknown`);
  await arrivesAt(page, 'This link does not work', 'link-unknown');
  ahead = 0;
});
