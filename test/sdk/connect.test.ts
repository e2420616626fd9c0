// connect() in a real browser, with the real connect pages and a provider whose pages cut the tie to the popup.
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { buildClient } from '../../scripts/build-client.ts';
import { createClient, type MailgrantClient } from '../../sdk/src/index.ts';
import { openStage, pick, press, type Stage } from '../e2e/pages/stage.ts';
import { until } from '../support/until.ts';
import { type ConnectSite, startConnectSite } from './connect-site.ts';

let stage: Stage;
let site: ConnectSite;
let client: MailgrantClient;
const folder = mkdtempSync(join(tmpdir(), 'mailgrant-connect-'));
before(async () => {
  buildClient(folder);
  stage = await openStage();
  client = createClient({ baseUrl: stage.address, apiKey: stage.apiKey });
  site = await startConnectSite(client, folder);
  await client.settings.update({ return_urls: [`${site.origin}/done`] });
});
after(async () => {
  await stage.close();
  await site.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The site in a browser of its own, as `query` makes it behave. */
async function visit(
  query: Record<string, string | number> = {},
  request: Record<string, unknown> = {},
): Promise<Page> {
  const page = await stage.person();
  const parameters = new URLSearchParams({ request: JSON.stringify(request) });
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
  await page.goto(`${site.origin}/?${parameters}`);
  return page;
}

async function openedBy(page: Page): Promise<Page> {
  const [popup] = await Promise.all([page.waitForEvent('popup'), press(page, 'Connect')]);
  await popup.getByRole('heading', { name: 'Connect your mailbox' }).waitFor();
  return popup;
}

async function shown(page: Page): Promise<Record<string, unknown>> {
  const output = page.locator('output:not(:empty)');
  await output.waitFor({ state: 'attached' });
  return Object(JSON.parse((await output.textContent()) ?? ''));
}

const stepsOf = (page: Page): Promise<unknown> => page.evaluate('window.steps');

/** As the sign-in pages of Google and Microsoft do: nobody who opened them may hold on to them. Ended by the function. */
function cutTies(): () => void {
  const { host } = new URL(stage.sandbox.google.origin);
  const cut = (message: unknown): void => {
    const { request, response }: { request: IncomingMessage; response: ServerResponse } = Object(message);
    if (request.headers.host === host) response.setHeader('cross-origin-opener-policy', 'same-origin');
  };
  subscribe('http.server.request.start', cut);
  return () => unsubscribe('http.server.request.start', cut);
}

async function consent(popup: Page, login: string): Promise<void> {
  await press(popup, 'Continue to Google');
  await pick(popup, login);
  await press(popup, 'Allow');
}

test('a popup whose tie the provider cuts still tells what came of it', async (t) => {
  const page = await visit({ closedAfterMs: 300 });
  // The browser under test lets every page believe that it has the focus; here the person looks at the popup.
  await page.evaluate('document.hasFocus = () => false');
  t.after(cutTies());
  const popup = await openedBy(page);
  await press(popup, 'Continue to Google');
  await popup.getByRole('button', { name: 'bob@corp.test' }).waitFor();
  assert.equal(await page.evaluate('window.opened.closed'), true, 'the browser says that it is closed');
  assert.equal(popup.isClosed(), false, 'and it is not');
  const asked = async () => Number(await page.evaluate('window.asked'));
  const before = await asked();
  await until('it was asked for longer than a closed one would be', async () => (await asked()) > before + 5);
  assert.equal(await page.locator('output:not(:empty)').count(), 0, 'it does not count as closed');
  await pick(popup, 'bob@corp.test');
  await press(popup, 'Allow');
  await popup.getByRole('heading', { name: 'Your mailbox is connected' }).waitFor();
  const result = await shown(page);
  assert.equal(result.status, 'connected');
  const { items } = await client.mailboxes.list({ email: 'bob@corp.test' });
  assert.equal(Object(result.progress).mailbox_id, items[0]?.id);
  // Browsers open popups for the click alone, so nothing may be waited for before.
  assert.deepEqual(await stepsOf(page), ['open', 'link', 'pending', 'connected']);
});

test('a popup that is still tied closes when all is done', async () => {
  const page = await visit({ closedAfterMs: 60_000 });
  const popup = await openedBy(page);
  const closed = popup.waitForEvent('close');
  await consent(popup, 'alice@gmail.test');
  assert.equal((await shown(page)).status, 'connected');
  await closed;
});

test('closing the popup is told from cancelling the session, and from both an end of time', async () => {
  const closing = await visit({ closedAfterMs: 300 });
  await (await openedBy(closing)).close();
  const closed = await shown(closing);
  assert.equal(closed.status, 'closed');
  assert.equal(Object(closed.last).status, 'pending');

  const cancelling = await visit();
  await openedBy(cancelling);
  await until('the page has asked', async () => (await cancelling.evaluate('window.session')) !== undefined);
  await client.connectSessions.cancel(String(await cancelling.evaluate('window.session')));
  assert.equal((await shown(cancelling)).status, 'cancelled');

  const slow = await visit({ timeoutMs: 300 });
  // On a busy machine the time is over before the popup shows anything.
  const [popup] = await Promise.all([slow.waitForEvent('popup'), press(slow, 'Connect')]);
  assert.equal((await shown(slow)).status, 'timed_out');
  if (!popup.isClosed()) await popup.waitForEvent('close');

  const ending = await visit();
  await openedBy(ending);
  await ending.evaluate('window.abort()');
  assert.equal((await shown(ending)).status, 'aborted');
});

test('a refusal on the way is progress, and the popup that is left then says what was waited for', async () => {
  const page = await visit({ closedAfterMs: 300 });
  const popup = await openedBy(page);
  await press(popup, 'Continue to Google');
  await pick(popup, 'carol@gmail.test');
  await press(popup, 'Cancel');
  await popup.getByRole('heading', { name: 'The sign-in was cancelled' }).waitFor();
  await until('the page knows', async () => JSON.stringify(await stepsOf(page)).includes('declined'));
  await popup.close();
  const result = await shown(page);
  assert.equal(result.status, 'closed');
  assert.equal(Object(result.last).status, 'declined');
});

test('a backend that holds the question is asked seldom, and the page hears of every change at once', async () => {
  const page = await visit({ held: 1, closedAfterMs: 60_000 });
  const popup = await openedBy(page);
  await until('the page knows', async () => JSON.stringify(await stepsOf(page)).includes('pending'));
  await press(popup, 'Continue to Google');
  await pick(popup, 'carol@gmail.test');
  await press(popup, 'Cancel');
  await popup.getByRole('heading', { name: 'The sign-in was cancelled' }).waitFor();
  await until('the page knows', async () => JSON.stringify(await stepsOf(page)).includes('declined'));
  await client.connectSessions.cancel(String(await page.evaluate('window.session')));
  assert.equal((await shown(page)).status, 'cancelled');
  assert.deepEqual(await stepsOf(page), ['open', 'link', 'pending', 'declined', 'cancelled']);
  const asked = Number(await page.evaluate('window.asked'));
  assert.ok(asked <= 10, `ten a second would be many more than ${asked}`);
});

test('a popup that is closed is told of while the backend holds the question, and so is the end of time', async () => {
  const closing = await visit({ held: 1, closedAfterMs: 300 });
  const popup = await openedBy(closing);
  await until('it is held', async () => Number(await closing.evaluate('window.asked')) >= 2);
  await popup.close();
  assert.equal((await shown(closing)).status, 'closed');

  const slow = await visit({ held: 1, timeoutMs: 300 });
  const [other] = await Promise.all([slow.waitForEvent('popup'), press(slow, 'Connect')]);
  assert.equal((await shown(slow)).status, 'timed_out');
  if (!other.isClosed()) await other.waitForEvent('close');
});

test('the page that the person comes back to takes the code to the backend, and it stays in no address', async (t) => {
  const page = await visit(
    { closedAfterMs: 60_000 },
    { completion: 'confirm', return_url: `${site.origin}/done` },
  );
  t.after(cutTies());
  const popup = await openedBy(page);
  await consent(popup, 'gina@corp.test');
  assert.equal((await shown(page)).status, 'connected');
  if (!popup.isClosed()) assert.equal(popup.url(), `${site.origin}/done`);
});

test('where no popup opens the page goes there itself, and reads at the return URL how it ended', async () => {
  for (const query of [{ mode: 'redirect' }, { blocked: 'redirect' }]) {
    const page = await visit(query, { return_url: `${site.origin}/done` });
    await press(page, 'Connect');
    await page.getByRole('heading', { name: 'Connect your mailbox' }).waitFor();
    await consent(page, 'bob@corp.test');
    const { returned, address } = await shown(page);
    assert.equal(Object(returned).status, 'connected');
    assert.equal(address, `${site.origin}/done`);
    assert.equal((await client.connectSessions.get(Object(returned).sessionId)).status, 'connected');
  }
});

test('a caller who wants to show a link instead gets it, and a link that cannot be had closes the popup', async () => {
  const blocked = await visit({ blocked: 'report' });
  await press(blocked, 'Connect');
  const report = await shown(blocked);
  assert.equal(report.status, 'blocked');
  assert.match(String(report.url), /\/connect\//);

  const failing = await visit({}, { provider: 'nobody' });
  const [popup] = await Promise.all([failing.waitForEvent('popup'), press(failing, 'Connect')]);
  assert.match(String((await shown(failing)).thrown), /\/sessions/);
  if (!popup.isClosed()) await popup.waitForEvent('close');
});
