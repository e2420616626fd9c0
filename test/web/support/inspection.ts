// A look at a page as people see it: on a phone and on a desk, by day and by night. Leaves pictures behind; throws for
// anything that axe finds, and for a page that is wider than its screen.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { memberOf } from '../../support/installation.ts';
import { until } from '../../support/until.ts';

type Look = { colorScheme: 'light' | 'dark'; width: number; height: number };

const phone = { width: 360, height: 740 };
const desk = { width: 1280, height: 800 };

/** The pages are the same on both engines: together they are seen in every size and every scheme. */
const looks = {
  sqlite: [
    { ...phone, colorScheme: 'dark' },
    { ...desk, colorScheme: 'light' },
  ],
  postgres: [
    { ...phone, colorScheme: 'light' },
    { ...desk, colorScheme: 'dark' },
  ],
} as const satisfies Record<string, readonly Look[]>;

export type Inspector = (page: Page, picture: string, options?: { isLong?: boolean }) => Promise<void>;

/** `isLong` of a picture: the screen alone, not the ten thousand rows below it. */
export function createInspector(engine: keyof typeof looks): Inspector {
  const folder = new URL(`../../../test-results/screenshots/${engine}/`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  return async (page, picture, { isLong = false } = {}) => {
    await settled(page);
    for (const { colorScheme, width, height } of looks[engine]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await settled(page);
      const name = `${picture}-${width}-${colorScheme}`;
      await page.screenshot({ path: new URL(`${name}.png`, folder).pathname, fullPage: !isLong });
      const found = await page.evaluate('document.documentElement.scrollWidth');
      assert.ok(typeof found === 'number' && found <= width, `${name} is ${String(found)} wide`);
      assert.deepEqual(await violations(page), [], name);
    }
    await page.setViewportSize(desk);
    await page.emulateMedia({ colorScheme: 'light' });
    // What the inspection itself held up is none of the page's.
    await page.evaluate('globalThis.longTasks?.splice(0)');
  };
}

const isStill = `
  document.querySelector('.mantine-Skeleton-root') === null &&
  document.getAnimations().every(({ playState, effect }) =>
    playState !== 'running' || effect.getComputedTiming().endTime === Infinity)`;

/** Nothing is only outlined any more, and what was changed is drawn. */
async function settled(page: Page): Promise<void> {
  // Asked from here: the page's policy lets nothing wait inside of it.
  await until('the page has come to rest', async () => (await page.evaluate(isStill)) === true);
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
}

async function violations(page: Page): Promise<string[]> {
  // Handed in from outside, as the page's own policy lets no script in; the policy itself stays in force.
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe.source);
  const found: unknown = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  const list = memberOf(found, 'violations');
  assert.ok(Array.isArray(list));
  return list.flatMap((each: unknown) => {
    const nodes = memberOf(each, 'nodes');
    const places = Array.isArray(nodes) ? nodes.map((node: unknown) => placeOf(node)) : [];
    return places.map((place) => `${String(memberOf(each, 'id'))}: ${place}`);
  });
}

const placeOf = (node: unknown): string =>
  `${String(memberOf(node, 'target'))} ${String(memberOf(node, 'html')).slice(0, 200)} ${String(memberOf(node, 'failureSummary'))}`;
