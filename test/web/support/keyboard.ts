// Going through pages without mouse and screen: what has the focus, whether that is seen, from one thing to another by
// Tab, and what is said.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** What it is called by whoever hears it. */
export async function focused(page: Page): Promise<string> {
  const name: unknown = await page.evaluate(`(({ activeElement: element }) => {
    const label = element.labels?.[0]?.textContent;
    return element.getAttribute('aria-label') ?? label ?? element.textContent;
  })(document)`);
  return String(name).trim();
}

/** Goes on until that has the focus. */
export async function tabTo(
  page: Page,
  name: string,
  key: 'Tab' | 'Shift+Tab' = 'Tab',
  stepsMax = 40,
): Promise<void> {
  const passed: string[] = [];
  for (let step = 0; step < stepsMax; step += 1) {
    await page.keyboard.press(key);
    const found = await focused(page);
    if (found === name) return;
    passed.push(found);
  }
  throw new Error(`"${name}" was not reached by ${key}: ${passed.join(', ')}`);
}

/** An outline or a ring that is not there without the focus. */
export async function assertFocusIsSeen(page: Page): Promise<void> {
  const seen: unknown = await page.evaluate(`(({ activeElement: element }) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
  })(document)`);
  assert.equal(seen, true, `"${await focused(page)}" shows that it has the focus`);
}

/** Listens from now on to what is told to people who do not see the screen; asked later, answers all of it. */
export async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(`globalThis.said = [];
    for (const region of document.querySelectorAll('[aria-live="polite"]')) {
      new MutationObserver(() => globalThis.said.push(region.textContent))
        .observe(region, { childList: true, subtree: true, characterData: true });
    }`);
  return async () => {
    const said: unknown = await page.evaluate('globalThis.said');
    assert.ok(Array.isArray(said));
    return said.map(String);
  };
}
