// The forms of the pages: one button each, posted to an address of ours.
import { type Html, html } from '../html.ts';

/** Where the forms and links of a page lead; null = there is no such way from here. */
export type Ways = {
  /** Posted: on to the provider, or once more. */
  onwards: string | null;
  /** Posted: an administrator must approve. */
  administrator: string | null;
  help: string | null;
};

export const noWays: Ways = { onwards: null, administrator: null, help: null };

export const button = (action: string, words: string): Html =>
  html`<form method="post" action="${action}"><p><button type="submit">${words}</button></p></form>`;

/** For what is done less often: it does not look like the way on. */
export const secondButton = (action: string, words: string): Html =>
  html`<form method="post" action="${action}"><p><button type="submit" class="second">${words}</button></p></form>`;

export const helpLink = ({ help }: Ways): Html | null =>
  help === null
    ? null
    : html`<p class="soft"><a href="${help}">Nothing happened, or the provider's page showed an error?</a></p>`;
