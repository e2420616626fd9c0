// An organisation in which only an administrator may approve: two people, each with a browser of their own.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { arrivesAt, openStage, pick, press, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
  stage.sandbox.microsoft.setDirectory('contoso.test', { userConsent: 'none' });
});
after(() => stage.close());

/** As far as the page that waits; the address in it for the administrator. */
async function turnedAway(page: Page, url: string): Promise<string> {
  await page.goto(url);
  await press(page, 'Continue to Microsoft');
  await pick(page, 'erin@contoso.test');
  await page.getByRole('heading', { name: 'Need admin approval' }).waitFor();
  await press(page, 'Return to the application without granting consent');
  await page.getByRole('heading', { name: 'The sign-in was cancelled' }).waitFor();
  await press(page, 'An administrator must approve');
  await page.getByRole('heading', { name: 'An administrator must approve first' }).waitFor();
  const message = await page
    .getByLabel('Send this message to the administrator of your organisation')
    .inputValue();
  const found = /https?:\S+\/admin-consent\/\S+/.exec(message)?.[0];
  assert.ok(found, message);
  assert.doesNotMatch(message, /erin/);
  const letter = await page.getByRole('link', { name: 'Write it as an e-mail' }).getAttribute('href');
  assert.equal(new URL(letter ?? '').searchParams.get('body')?.replaceAll('\r\n', '\n'), message);
  return found;
}

test('what one person may not allow an administrator approves elsewhere, and the same link connects then', async () => {
  const { id, url } = await stage.invite({ provider: 'microsoft' });
  const owner = await stage.person();
  const administratorUrl = await turnedAway(owner, url);
  await arrivesAt(owner, 'An administrator must approve first', 'setback-administrator');
  assert.equal((await stage.sessionOf(id)).status, 'waiting_for_admin');

  const administrator = await stage.person();
  await administrator.goto(administratorUrl);
  await arrivesAt(administrator, 'Approve access to mail', 'administrator');
  assert.doesNotMatch(await administrator.content(), /erin/i, 'says nothing about the mailbox owner');
  await press(administrator, 'Continue to Microsoft');
  await pick(administrator, 'admin@contoso.test');
  await press(administrator, 'Cancel');
  await arrivesAt(administrator, 'Not approved', 'administrator-refused');
  assert.equal((await stage.sessionOf(id)).status, 'waiting_for_admin', 'a refusal changes nothing');
  await administrator.getByRole('link', { name: 'Open the request again' }).click();
  await press(administrator, 'Continue to Microsoft');
  await pick(administrator, 'admin@contoso.test');
  await press(administrator, 'Accept');
  await arrivesAt(administrator, 'Approved', 'administrator-approved');
  assert.equal((await stage.mailboxes()).length, 0, 'an approval connects nothing');

  await owner.reload();
  await arrivesAt(owner, 'An administrator has approved', 'administrator-approved-owner');
  await press(owner, 'Continue');
  await pick(owner, 'erin@contoso.test');
  await owner.getByRole('heading', { name: 'Your mailbox is connected' }).waitFor();
  assert.deepEqual(
    (await stage.mailboxes()).map(({ email }) => email),
    ['erin@contoso.test'],
  );
});

test('the link of a person who waits shows, in any browser, what it waits for', async () => {
  stage.sandbox.microsoft.setDirectory('fabrikam.test', { userConsent: 'none' });
  const { url } = await stage.invite({ provider: 'microsoft' });
  const page = await stage.person();
  await page.goto(`${url}/help`);
  await press(page, 'An administrator must approve');
  await page.getByRole('heading', { name: 'An administrator must approve first' }).waitFor();
  assert.equal(page.url(), url);
  const elsewhere = await stage.person();
  await elsewhere.goto(url);
  await elsewhere.getByRole('heading', { name: 'An administrator must approve first' }).waitFor();
  await press(elsewhere, 'Continue');
  await elsewhere.getByRole('heading', { name: 'Choose an account' }).waitFor();
});
