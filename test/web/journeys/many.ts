// Ten thousand mailboxes: any of them is there at once, by its place or by a search; and many are changed by one order.
// Told by counts (rows in the document, requests, work that holds the page up), not by a watch.
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { until } from '../../support/until.ts';
import { assertFocusIsSeen, focused, listen, tabTo } from '../support/keyboard.ts';
import { addManyMailboxes, mailboxesOfCustomer, manyAddress, manyMax } from '../support/many-mailboxes.ts';
import { journey, type Stage } from '../support/stage.ts';
import { answer, choose, fromMenu, heading, press, signIn } from '../support/steps.ts';
import type { Visitor } from '../support/visitors.ts';

const rowsInDocumentMax = 80;
/**
 * Milliseconds that scripts may hold the page up at once. Far more than is felt well, for a machine that does much
 * else.
 */
const longTaskMax = 2_000;

const noteLongTasks = `globalThis.longTasks = [];
  new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: 'longtask', buffered: true });`;

export function many(stage: () => Stage): void {
  let fleet: Awaited<ReturnType<typeof addManyMailboxes>>;
  const enter = async (current: Stage, path: string): Promise<Visitor> => {
    fleet ??= await addManyMailboxes(current);
    const visitor = await current.visit();
    await visitor.context.addInitScript(noteLongTasks);
    await signIn(visitor, current.installation.address, fleet.apiKey, path);
    return visitor;
  };

  journey(
    stage,
    'the last of ten thousand mailboxes are there after a page or two, with few rows in the document',
    async (stage) => {
      const { page } = await enter(stage, '/mailboxes');
      await page.getByText('10,000 mailboxes', { exact: true }).first().waitFor();
      const pages = listRequests(page);
      await rowAt(page, 1).waitFor();
      const [first] = await addressesOf(page);
      await assertFewRows(page);
      await stage.inspect(page, 'mailboxes-many', { isLong: true });

      // Forward by screens, then to the end at once, and back.
      for (let turn = 0; turn < 5; turn += 1) await page.keyboard.press('PageDown');
      await until('the rows below are there', async () => (await addressesOf(page))[0] !== first);
      await assertFewRows(page);
      await restOfScrolling(page);
      const atEnd = pages();
      await page.keyboard.press('End');
      await rowAt(page, manyMax).waitFor();
      await assertFewRows(page);
      const last = await rowAt(page, manyMax).textContent();
      const ends = [manyAddress(0), manyAddress(manyMax - 1)];
      assert.deepEqual(
        ends.map((end) => first === end || last?.includes(end)),
        [true, true],
        `${first} to ${last}`,
      );
      assert.ok(pages() - atEnd <= 4, `${pages() - atEnd} pages were asked for on the way to the end`);
      assert.equal(await page.getByRole('table').getAttribute('aria-rowcount'), String(manyMax + 1));
      assert.equal(await outlines(page).count(), 0, 'no outline stays');

      await scrollTo(page, 0.5);
      await until('rows of the middle are there', async () => {
        const [seen] = await addressesOf(page);
        return seen !== undefined && seen > manyAddress(4_000) && seen < manyAddress(6_000);
      });
      await restOfScrolling(page);
      await page.keyboard.press('Home');
      await rowAt(page, 1).waitFor();
      assert.equal((await addressesOf(page))[0], first);
      await assertSwift(page);
    },
  );

  journey(
    stage,
    'a range over rows that were never on the screen is selected whole, and one that is too long is told',
    async (stage) => {
      const { page } = await enter(stage, '/mailboxes');
      await rowAt(page, 1).waitFor();
      const selected = page.getByRole('region', { name: 'Selection' });
      await tickAt(page, 5).click();
      // By keyboard too.
      await tickAt(page, 8).focus();
      await page.keyboard.press('Shift+Space');
      await selected.getByText('4 selected', { exact: true }).waitFor();
      await scrollToRow(page, 700);
      // Whoever clears the selection meanwhile does not get the range after all.
      const held = Promise.withResolvers<void>();
      const isHeld = isPageAt(300);
      await page.route(isHeld, async (route) => {
        await held.promise;
        await route.continue();
      });
      await tickAt(page, 700).click({ modifiers: ['Shift'] });
      await selected.getByText('4 selected, loading more').waitFor();
      await press(page, 'Clear selection');
      await selected.waitFor({ state: 'detached' });
      held.resolve();
      await page.locator('[role="table"][aria-busy="false"]').waitFor();
      await page.unroute(isHeld);
      assert.equal(await page.getByRole('checkbox', { checked: true }).count(), 0);

      await scrollToRow(page, 5);
      await tickAt(page, 5).click();
      await scrollToRow(page, 700);
      await tickAt(page, 700).click({ modifiers: ['Shift'] });
      await selected.getByText('696 selected', { exact: true }).waitFor();
      await scrollToRow(page, 350);
      assert.equal(await tickAt(page, 350).isChecked(), true);

      await scrollToRow(page, 9_000);
      await tickAt(page, 9_000).click({ modifiers: ['Shift'] });
      await page.getByText('It has 8,301 mailboxes, and 1,000 can be ticked in one go.').waitFor();
      await selected.getByText('697 selected', { exact: true }).waitFor();

      // Of all that match none can be taken out where they are too many to be named one by one.
      await press(page, 'Select all 10,000 that match');
      await selected.getByText('All 10,000 that match are selected').waitFor();
      await tickAt(page, 9_000).click();
      await page.getByText('All that match are selected together').waitFor();
      assert.equal(await tickAt(page, 9_000).isChecked(), true);
      await selected.getByText('All 10,000 that match are selected').waitFor();
      await press(page, 'Clear selection');
      await selected.waitFor({ state: 'detached' });

      await page.goto(`${stage.installation.address}/console/mailboxes?customer=Northwind`);
      await page.getByText(`${mailboxesOfCustomer} matches`, { exact: true }).first().waitFor();
      await headTick(page).click();
      const onScreen = await page.getByRole('checkbox', { checked: true, name: /@fleet\.test$/ }).count();
      assert.ok(onScreen > 3 && onScreen < 30, `${onScreen} are ticked`);
      await selected.getByText(`${onScreen} selected`, { exact: true }).waitFor();
      await press(page, `Select all ${mailboxesOfCustomer} that match`);
      await tickAt(page, 2).click();
      await selected.getByText(`${mailboxesOfCustomer - 1} selected`, { exact: true }).waitFor();
      assert.equal(await tickAt(page, 2).isChecked(), false);
      await assertSwift(page);
    },
  );

  journey(
    stage,
    'a page that is left before it has come is given up, and one that cannot be had says so where it is missed',
    async (stage) => {
      const visitor = await enter(stage, '/mailboxes');
      const { page } = visitor;
      await page.getByText('10,000 mailboxes', { exact: true }).first().waitFor();
      await rowAt(page, 1).waitFor();
      await page.route(isPageAt(3_000), () => {});
      const hasBegun = page.waitForRequest((request) => isPageAt(3_000)(new URL(request.url())));
      const isGivenUp = page.waitForEvent('requestfailed', (request) =>
        isPageAt(3_000)(new URL(request.url())),
      );
      await scrollToPlace(page, 3_050);
      await hasBegun;
      assert.ok((await outlines(page).count()) > 5, 'outlines stand for rows that have not come');

      visitor.expects(/^400 GET \/v1\/mailboxes$/);
      const isRefused = isPageAt(5_000);
      await page.route(isRefused, (route) =>
        route.fulfill({
          status: 400,
          contentType: 'application/problem+json',
          body: JSON.stringify({ title: 'No', status: 400, code: 'invalid_request', detail: 'Not today.' }),
        }),
      );
      await scrollToPlace(page, 5_050);
      await isGivenUp;
      await page.getByText('Not today.').waitFor();
      const message = page.getByRole('alert').filter({ hasText: 'Not today.' });
      const box = await message.boundingBox();
      assert.ok(box !== null && box.y >= 0 && box.y < 800, 'the message is on the screen');
      await page.unroute(isRefused);
      await message.getByRole('button', { name: 'Try again' }).click();
      await rowAt(page, 5_050).waitFor();
      await message.waitFor({ state: 'detached' });
      assert.equal(await outlines(page).count(), 0, 'no outline stays');
    },
  );

  journey(
    stage,
    'rows that went meanwhile leave no outline, and after a refresh only what is seen is asked for',
    async (stage) => {
      const { page } = await enter(stage, '/mailboxes?customer=Customer+18');
      await rowAt(page, 1).waitFor();
      await page.getByText(`${mailboxesOfCustomer} matches`, { exact: true }).first().waitFor();
      const { body } = await fleet.call('GET', '/v1/mailboxes?customer=Customer%2018&skip=410&limit=90');
      const ids = Array.isArray(body.items) ? body.items.map((item) => String(Object(item).id)) : [];
      assert.equal(ids.length, 90);
      for (const id of ids) await fleet.call('PATCH', `/v1/mailboxes/${id}`, { customer: 'Moved' });
      await page.keyboard.press('End');
      await rowAt(page, 410).waitFor();
      await page.getByText('410 matches', { exact: true }).first().waitFor();
      await until('no outline stays', async () => (await outlines(page).count()) === 0);
      assert.equal(await page.getByRole('table').getAttribute('aria-rowcount'), '411');

      for (const id of ids) await fleet.call('PATCH', `/v1/mailboxes/${id}`, { customer: 'Customer 18' });
      const requests = listRequests(page);
      await press(page, 'Refresh');
      await page.getByText(`${mailboxesOfCustomer} matches`, { exact: true }).first().waitFor();
      await until('no outline stays', async () => (await outlines(page).count()) === 0);
      assert.ok(requests() <= 3, `${requests()} pages were asked for`);
    },
  );

  journey(
    stage,
    'a search finds one of ten thousand by one request, and filters stay in the address',
    async (stage) => {
      const { page } = await enter(stage, '/mailboxes');
      await rowAt(page, 1).waitFor();
      const requests = listRequests(page);
      await page.getByLabel('Search', { exact: true }).pressSequentially('owner04242');
      await page.getByText('1 match', { exact: true }).first().waitFor();
      assert.deepEqual(await addressesOf(page), [manyAddress(4242)]);
      assert.ok(requests() <= 2, `${requests()} lists were asked for while typing`);
      assert.equal(new URL(page.url()).searchParams.get('search'), 'owner04242');
      await page.getByLabel('Search', { exact: true }).fill('nobody at all');
      await page.getByText('No mailbox matches').waitFor();
      await stage.inspect(page, 'mailboxes-none');
      await page.getByRole('main').getByRole('button', { name: 'Clear filters' }).last().click();
      await page.getByText('10,000 mailboxes', { exact: true }).first().waitFor();

      await choose(page, 'Status', 'Degraded');
      await page.getByText('200 matches', { exact: true }).first().waitFor();
      await choose(page, 'Provider', 'Google');
      const url = page.url();
      await page.reload();
      await rowAt(page, 1).waitFor();
      assert.match(url, /status=degraded/);
      for (const text of await page.getByRole('row').filter({ hasText: '@' }).allTextContents()) {
        assert.match(text, /Degraded.*Google/);
      }
      // There and back again: the list is as it was left.
      await page.getByRole('row').getByRole('link').first().click();
      await heading(page, /@fleet\.test$/).waitFor();
      await page.goBack();
      await heading(page, 'Mailboxes').waitFor();
      assert.equal(page.url(), url);
      await assertSwift(page);
    },
  );

  journey(
    stage,
    'all that match are disabled by one order, and its progress is shown until it is done',
    async (stage) => {
      const { page } = await enter(stage, '/mailboxes?customer=Northwind');
      const matches = mailboxesOfCustomer.toLocaleString('en');
      await page.getByText(`${matches} matches`, { exact: true }).first().waitFor();
      await headTick(page).click();
      await press(page, `Select all ${matches} that match`);
      await page.getByText(`All ${matches} that match are selected`).waitFor();
      await stage.inspect(page, 'mailboxes-selected', { isLong: true });
      await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Disable' }).click();
      await page.getByRole('dialog', { name: `Disable: ${matches} mailboxes` }).waitFor();
      await stage.inspect(page, 'mailboxes-bulk', { isLong: true });
      await answer(page, `Disable ${matches} mailboxes`);
      const jobs = page.getByRole('region', { name: 'Jobs' });
      await jobs.getByRole('progressbar', { name: 'Disabling mailboxes' }).waitFor();
      await endOfJob(jobs);
      await jobs.getByText(`Finished: ${matches} done`).waitFor();
      await stage.inspect(page, 'mailboxes-job', { isLong: true });
      const { body } = await fleet.call('GET', '/v1/mailboxes/summary?customer=Northwind');
      assert.equal(Object(body.by_status).disabled, mailboxesOfCustomer);
      await until('the list shows it', async () =>
        (await page.getByRole('row').filter({ hasText: '@' }).allTextContents()).every((text) =>
          text.includes('Disabled'),
        ),
      );
      await assertSwift(page);
    },
  );

  journey(stage, 'an order over many is cancelled, and says how far it came', async (stage) => {
    const { page } = await enter(stage, '/mailboxes');
    await rowAt(page, 1).waitFor();
    await headTick(page).click();
    await press(page, /^Select all .* that match$/);
    await page
      .getByRole('region', { name: 'Selection' })
      .getByRole('button', { name: 'Set customer' })
      .click();
    await page.getByRole('dialog').getByLabel('Customer').fill('Contoso');
    await answer(page, 'Set customer of 10,000 mailboxes');
    const jobs = page.getByRole('region', { name: 'Jobs' });
    await jobs.getByRole('button', { name: 'Cancel', exact: true }).click();
    await jobs.getByText(/^Cancelled: [\d,]+( of 10,000)? had been done$/).waitFor();
    const { body } = await fleet.call('GET', '/v1/mailboxes/summary?customer=Contoso');
    assert.ok(Number(body.total) < manyMax, `${String(body.total)} were changed`);
    await press(page, 'Dismiss Setting the customer of mailboxes');
    await jobs.waitFor({ state: 'detached' });
  });

  journey(
    stage,
    'from the sign-in to a change of many and out again nothing needs a mouse',
    async (stage) => {
      const { installation } = stage;
      fleet ??= await addManyMailboxes(stage);
      const { page } = await stage.visit();
      await page.goto(`${installation.address}/console/`);
      await heading(page, 'Sign in to the console').waitFor();
      await until('the field has the focus', async () => (await focused(page)) === 'API key');
      await page.keyboard.type(fleet.apiKey);
      await page.keyboard.press('Enter');
      await heading(page, 'Overview').waitFor();

      await page.keyboard.press('Tab');
      assert.equal(await focused(page), 'Skip to the page');
      await assertFocusIsSeen(page);
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate('document.activeElement.id'), 'page');
      await tabTo(page, 'Mailboxes', 'Shift+Tab');
      await assertFocusIsSeen(page);
      await page.keyboard.press('Enter');
      await heading(page, 'Mailboxes').waitFor();
      assert.equal(await focused(page), 'Mailboxes', 'the heading of the new page has the focus');

      await tabTo(page, 'Search');
      await page.keyboard.type('owner0777');
      await page.getByText('10 matches', { exact: true }).first().waitFor();
      for (const index of [7771, 7772]) {
        await tabTo(page, `Select ${manyAddress(index)}`, 'Tab', 60);
        await assertFocusIsSeen(page);
        await page.keyboard.press('Space');
      }
      await page.getByRole('region', { name: 'Selection' }).getByText('2 selected').waitFor();
      await tabTo(page, 'Disable', 'Shift+Tab', 60);
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Disable: 2 mailboxes' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      assert.equal(await focused(page), 'Disable', 'whoever closes a dialog is back where they were');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      const whatWasSaid = await listen(page);
      await tabTo(page, 'Disable 2 mailboxes');
      await page.keyboard.press('Enter');
      await page.getByRole('region', { name: 'Jobs' }).getByText('Finished: 2 done').waitFor();
      const said = await whatWasSaid();
      assert.ok(
        said.some((words) => words.startsWith('Disabling mailboxes: Finished')),
        said.join('; '),
      );
      const { body } = await fleet.call('GET', `/v1/mailboxes?search=${manyAddress(7771)}`);
      assert.match(JSON.stringify(body), /"status":"disabled"/);

      await tabTo(page, 'Account and appearance', 'Shift+Tab', 60);
      await page.keyboard.press('Enter');
      await page.getByRole('menu').waitFor();
      await until('the menu has the focus', async () =>
        Boolean(await page.evaluate('document.activeElement.closest("[role=menu]") !== null')),
      );
      await page.keyboard.press('ArrowUp');
      await until('the last entry has the focus', async () => (await focused(page)) === 'Sign out');
      await page.keyboard.press('Enter');
      await heading(page, 'Sign in to the console').waitFor();
    },
  );

  journey(stage, 'on a phone the menu opens, leads somewhere and closes', async (stage) => {
    fleet ??= await addManyMailboxes(stage);
    const visitor = await stage.visit({ viewport: { width: 360, height: 740 }, hasTouch: true });
    const { page } = visitor;
    await page.goto(`${stage.installation.address}/console/`);
    await page.getByLabel('API key', { exact: true }).fill(fleet.apiKey);
    await press(page, 'Sign in');
    await heading(page, 'Overview').waitFor();
    await page.getByRole('button', { name: 'Menu', exact: true }).tap();
    const drawer = page.getByRole('dialog', { name: 'Menu' });
    await drawer.getByRole('link', { name: 'Mailboxes' }).tap();
    await heading(page, 'Mailboxes').waitFor();
    await drawer.waitFor({ state: 'detached' });
    await rowAt(page, 1).waitFor();
    await fromMenu(page, 'Account and appearance', 'Sign out');
    await heading(page, 'Sign in to the console').waitFor();
  });
}

/** However long it takes, as long as it goes on. */
async function endOfJob(jobs: Locator): Promise<void> {
  let seen: string | null = null;
  while (seen === null || !/Finished|Cancelled/.test(seen)) {
    const before = seen;
    await until('the job goes on', async () => {
      seen = await jobs.textContent();
      return seen !== before;
    });
  }
}

/** The n-th mailbox of the list; the head is the first row. */
const rowAt = (page: Page, place: number) => page.locator(`[role="row"][aria-rowindex="${place + 1}"]`);

const tickAt = (page: Page, place: number) => rowAt(page, place).getByRole('checkbox');
const headTick = (page: Page) => page.getByRole('checkbox', { name: 'Select all on the screen' });

/** Rows whose page has not come. */
const outlines = (page: Page) => page.locator('[role="rowgroup"] > [aria-hidden="true"]');

/**
 * A key that would scroll elsewhere may get lost in the browser while it is still scrolling: ten frames without a move.
 */
const restOfScrolling = (page: Page): Promise<unknown> =>
  page.evaluate(`new Promise((done) => {
    let [before, still] = [scrollY, 0];
    const look = () => {
      still = scrollY === before ? still + 1 : 0;
      before = scrollY;
      if (still === 10) done();
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })`);

/** As by the scroll bar: `part` of the whole page at once. */
const scrollTo = (page: Page, part: number): Promise<unknown> =>
  page.evaluate(`scrollTo(0, document.documentElement.scrollHeight * ${part})`);

/** To where it must be, in the middle of the window, whether it has come or not. */
const scrollToPlace = (page: Page, place: number): Promise<unknown> =>
  page.evaluate(`(() => {
    const body = document.querySelector('[role="rowgroup"]');
    const height = body.firstElementChild.offsetHeight;
    scrollTo(0, body.offsetTop + ${place} * height - innerHeight / 2);
  })()`);

async function scrollToRow(page: Page, place: number): Promise<void> {
  await scrollToPlace(page, place);
  await rowAt(page, place).waitFor();
}

const isPageAt =
  (place: number) =>
  ({ pathname, searchParams }: URL): boolean =>
    pathname === '/v1/mailboxes' && searchParams.get('skip') === String(place);

/** Of the rows that are in the document, as they follow one another. */
async function addressesOf(page: Page): Promise<string[]> {
  const names = await page.getByRole('row').getByRole('link').allTextContents();
  return names.filter((name) => name.includes('@'));
}

async function assertFewRows(page: Page): Promise<void> {
  const count = await page.locator('[role="rowgroup"] > *').count();
  assert.ok(count > 5 && count <= rowsInDocumentMax, `${count} rows are in the document`);
}

/** Counts requests for pages of the list from now on. */
function listRequests(page: Page): () => number {
  let count = 0;
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/v1/mailboxes') count += 1;
  });
  return () => count;
}

async function assertSwift(page: Page): Promise<void> {
  const found: unknown = await page.evaluate('globalThis.longTasks');
  assert.ok(Array.isArray(found));
  const longest = Math.max(0, ...found.map(Number));
  assert.ok(longest <= longTaskMax, `the page stood still for ${longest} ms`);
}
