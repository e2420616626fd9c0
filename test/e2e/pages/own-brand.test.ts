// A workspace under its own name and host: what its people see, and that nothing tells them what runs behind it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { addBrandedWorkspace, addOwnClient, type BrandedWorkspace } from './brands.ts';
import { answersOf, arrivesAt, mainText, openStage, pick, press, type Stage } from './stage.ts';

let stage: Stage;
let acme: BrandedWorkspace;
let oauthClientId: string;
before(async () => {
  stage = await openStage();
  acme = await addBrandedWorkspace(stage, { hostname: 'connect.acme.localhost', accentColor: '#f2c200' });
  oauthClientId = await addOwnClient(stage, acme.call, 'google', { customers_may_use: true });
});
after(() => stage.close());

async function invite(request: Record<string, unknown> = {}): Promise<string> {
  const { body, text } = await acme.call('POST', '/v1/connect-sessions', { provider: 'google', ...request });
  assert.equal(typeof body.url, 'string', text);
  return String(body.url);
}

test('from the link to the result every page is the brand, on its host, without a word about the server', async () => {
  const url = await invite();
  assert.ok(url.startsWith(`${acme.origin}/connect/`), url);
  const page = await stage.person();
  const answers = answersOf(page.context(), acme.host);
  await page.goto(url);
  await arrivesAt(page, 'Connect your mailbox', 'brand-invitation');
  assert.match(await mainText(page), /Acme Mail asks for access/);
  await page.getByRole('img', { name: 'Acme Mail' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Help' }).getAttribute('href'), 'mailto:help@acme.test');
  await press(page, 'Continue to Google');
  await pick(page, 'bob@corp.test');
  await page.getByRole('checkbox', { name: 'https://mail.google.com/' }).uncheck();
  await press(page, 'Allow');
  await arrivesAt(page, 'A permission is missing', 'brand-setback');
  await press(page, 'Try again');
  await press(page, 'Allow');
  await arrivesAt(page, 'Your mailbox is connected', 'brand-connected');
  assert.equal(new URL(page.url()).host, acme.host);
  await page.goto(url);
  await arrivesAt(page, 'This link is over', 'brand-over');
  for (const path of ['/', '/docs', '/docs/errors', '/docs/api', '/nowhere']) {
    const answer = await page.goto(acme.origin + path);
    assert.equal(answer?.status(), 404, path);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  }
  await page.goto(`${acme.origin}/connect/unknown`);
  await arrivesAt(page, 'This link does not work', 'brand-unknown');
  const seen = await answers();
  assert.ok(seen.length >= 12, 'the answers were looked at');
  for (const answer of seen) assert.doesNotMatch(answer, /mailgrant|internal name/i);
});

test("a workspace's pages on the server's own host carry the brand too, and say whose host it is", async () => {
  const { body } = await acme.call('POST', '/v1/connect-sessions', { provider: 'microsoft' });
  const url = String(body.url);
  assert.ok(url.startsWith(stage.address), 'a shared client has the redirect URI of the server');
  const page = await stage.person();
  await page.goto(url);
  await arrivesAt(page, 'Connect your mailbox', 'brand-shared-client');
  await page.getByRole('img', { name: 'Acme Mail' }).waitFor();
  assert.match(
    (await page.locator('footer').textContent()) ?? '',
    /Mailgrant at 127\.0\.0\.1|Mailgrant at localhost/,
  );
});

test('a link under another host goes on under its own, and a form posted there does nothing', async () => {
  const url = await invite();
  const page = await stage.person();
  const { pathname } = new URL(url);
  await page.goto(stage.address + pathname);
  assert.equal(page.url(), url);
  const answer = await fetch(stage.address + pathname, { method: 'POST', redirect: 'manual' });
  assert.equal(answer.status, 403);
  assert.equal(answer.headers.get('set-cookie'), null);
});

test("a customer's page offers what was opened to customers, and connects under the brand", async () => {
  const made = await acme.call('POST', '/v1/customer-links', { customer: 'customer-7' });
  const url = String(made.body.url);
  assert.ok(url.startsWith(`${acme.origin}/customers/`), made.text);
  const page = await stage.person();
  await page.goto(url);
  await arrivesAt(page, 'Connect a mailbox', 'customer');
  await page.getByRole('button', { name: 'Connect Outlook or Microsoft 365' }).waitFor();
  await press(page, 'Connect Gmail or Google Workspace');
  await page.getByRole('heading', { name: 'Connect your mailbox' }).waitFor();
  await press(page, 'Continue to Google');
  await pick(page, 'carol@gmail.test');
  await press(page, 'Allow');
  await page.getByRole('heading', { name: 'Your mailbox is connected' }).waitFor();
  const { body } = await acme.call('GET', '/v1/mailboxes?customer=customer-7');
  assert.match(JSON.stringify(body.items), /carol@gmail\.test/);
});

test('after its OAuth client was deleted a mailbox is reconnected with the next one and stays the same', async () => {
  const before = await acme.call('GET', '/v1/mailboxes');
  const removed = await acme.call('DELETE', `/v1/oauth-clients/${oauthClientId}?force=true`);
  assert.equal(removed.status, 200, removed.text);
  const { body, text } = await acme.call('GET', '/v1/mailboxes');
  assert.ok(Array.isArray(body.items));
  const lost = body.items.find((item) => item.email === 'bob@corp.test');
  assert.equal(lost?.status, 'needs_reauthorization', text);
  const page = await stage.person();
  await page.goto(String(lost.reconnect_url));
  await arrivesAt(page, 'Reconnect your mailbox', 'brand-reconnect');
  await page.getByRole('img', { name: 'Acme Mail' }).waitFor();
  assert.equal(new URL(page.url()).origin, stage.address, 'the shared client is registered there');
  await press(page, 'Continue to Google');
  await pick(page, 'bob@corp.test');
  await press(page, 'Allow');
  await page.getByRole('heading', { name: 'Your mailbox is connected again' }).waitFor();
  const again = await acme.call('GET', `/v1/mailboxes/${lost.id}`);
  assert.equal(again.body.status, 'connected', again.text);
  assert.match(before.text, new RegExp(String(lost.id)));
});
