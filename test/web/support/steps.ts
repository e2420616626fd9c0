// Small steps that several journeys take.
import type { Page } from 'playwright-core';
import type { Visitor } from './visitors.ts';

export const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name, ...(typeof name === 'string' ? { exact: true } : {}) });

/** By the form, as a person does. */
export async function signIn({ page }: Visitor, address: string, apiKey: string, path = '/'): Promise<void> {
  await page.goto(`${address}/console${path}`);
  await heading(page, 'Sign in to the console').waitFor();
  await page.getByLabel('API key', { exact: true }).fill(apiKey);
  await press(page, 'Sign in');
  await page.getByRole('navigation', { name: 'Console' }).waitFor();
}

export const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) }).click();

/** By the side bar; waits for the page's heading. */
export async function goTo(page: Page, name: string, title = name): Promise<void> {
  await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name, exact: true }).click();
  await heading(page, title).waitFor();
}

/** In a dialog that asks before something is done. */
export const answer = (page: Page, name: string): Promise<void> =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

export async function fromMenu(page: Page, menu: string, item: string): Promise<void> {
  await press(page, menu);
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

/** One of a list that opens below its field. */
export async function choose(page: Page, field: string, option: string | RegExp): Promise<void> {
  await page
    .getByRole('combobox', { name: field })
    .or(page.getByRole('textbox', { name: field }))
    .first()
    .click();
  await page
    .getByRole('option', { name: option, ...(typeof option === 'string' ? { exact: true } : {}) })
    .click();
}
