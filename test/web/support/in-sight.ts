// Whether the buttons of a dialog can be seen without looking for them, on the smallest screens that people have.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** A phone with the bars of its browser, and a small desk. CSS pixels. */
const screens = [
  { width: 360, height: 560 },
  { width: 1280, height: 720 },
] as const;

/** The whole button of the open dialog is in sight, however much there is to scroll above it. */
export async function inSight(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  const dialog = page.getByRole('dialog');
  for (const screen of screens) {
    await page.setViewportSize(screen);
    const edge = await dialog.boundingBox();
    const button = await dialog.getByRole('button', { name, exact: true }).boundingBox();
    const where = `on ${screen.width}x${screen.height}`;
    assert.ok(edge && button, `${name} is not there ${where}`);
    assert.ok(edge.y >= 0 && edge.y + edge.height <= screen.height, `the dialog is on the screen ${where}`);
    const end = button.y + button.height;
    assert.ok(button.y >= edge.y && end <= edge.y + edge.height, `${name} is cut off ${where}`);
  }
  if (before !== null) await page.setViewportSize(before);
}
