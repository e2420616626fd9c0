// What the tests of the pages share: a whole installation, a real browser, people who each have a browser of their own,
// and an inspector who looks at every page of ours on a phone and on a desk, by day and by night.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { counterparts } from '../../counterparts/index.ts';
import {
  type Installation,
  type InstallationOptions,
  memberOf,
  startInstallation,
} from '../../support/installation.ts';

export type Stage = Installation & {
  /** Somebody with a browser of their own: no cookie of anybody else's. */
  person(): Promise<Page>;
  /** Makes a link for a mailbox owner. */
  invite(request: Record<string, unknown>): Promise<{ id: string; url: string }>;
  sessionOf(id: string): Promise<Record<string, unknown>>;
  mailboxes(): Promise<Record<string, unknown>[]>;
};

export async function openStage(options: InstallationOptions = {}): Promise<Stage> {
  const installation = await startInstallation(options);
  const browser = await counterparts().launchBrowser();
  const { call } = installation;
  return {
    ...installation,
    person: async () => (await browser.newContext()).newPage(),
    async invite(request) {
      const { status, body, text } = await call('POST', '/v1/connect-sessions', request);
      assert.equal(status, 201, text);
      return { id: String(body.id), url: String(body.url) };
    },
    sessionOf: async (id) => (await call('GET', `/v1/connect-sessions/${id}`)).body,
    async mailboxes() {
      const { body } = await call('GET', '/v1/mailboxes?limit=100');
      assert.ok(Array.isArray(body.items));
      return body.items.map((item) => Object.fromEntries(Object.entries(item)));
    },
    async close() {
      await browser.close();
      await installation.close();
    },
  };
}

/** At the provider's stand-in: picks an account. */
export const pick = (page: Page, login: string): Promise<void> =>
  page.getByRole('button', { name: login }).click();

export const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) }).click();

/** In one line. */
export const mainText = async (page: Page): Promise<string> =>
  ((await page.locator('main').textContent()) ?? '').replaceAll(/\s+/g, ' ');

/** Waits for a page of ours with this heading, then has it inspected under a name of its own. */
export async function arrivesAt(page: Page, title: string, picture: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
  await inspect(page, picture);
}

const folder = new URL('../../../test-results/screenshots/', import.meta.url);
const screens = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
] as const;

/** Leaves pictures behind; throws for what axe finds to be serious, and for a page that is wider than its screen. */
export async function inspect(page: Page, picture: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const screen of screens) {
      await page.setViewportSize(screen);
      const name = `${picture}-${screen.width}x${screen.height}-${colorScheme}.png`;
      await page.screenshot({ path: new URL(name, folder).pathname, fullPage: true });
      const width = await page.evaluate('document.documentElement.scrollWidth');
      assert.ok(typeof width === 'number' && width <= screen.width, `${name} is ${String(width)} wide`);
      assert.deepEqual(await violations(page), [], name);
    }
  }
}

async function violations(page: Page): Promise<string[]> {
  // Handed in from outside, as the page's own policy lets no script in; the policy itself stays in force.
  await page.evaluate(axe.source);
  const found: unknown = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  const list = memberOf(found, 'violations');
  assert.ok(Array.isArray(list));
  return list
    .filter((each: unknown) => ['serious', 'critical'].includes(String(memberOf(each, 'impact'))))
    .map((each: unknown) => `${String(memberOf(each, 'id'))}: ${JSON.stringify(memberOf(each, 'nodes'))}`);
}

/** Every answer that this browser gets from one host, headers and all, for a look at what they give away. */
export function answersOf(context: BrowserContext, host: string): () => Promise<string[]> {
  const answers: Promise<string>[] = [];
  context.on('response', (response) => {
    if (new URL(response.url()).host !== host) return;
    const body = response.text().catch(() => '');
    answers.push(
      Promise.all([response.headersArray(), body]).then(
        ([headers, text]) => `${JSON.stringify(headers)}\n${text}`,
      ),
    );
  });
  return () => Promise.all(answers);
}
