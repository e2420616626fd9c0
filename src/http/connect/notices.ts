// Short pages without a story: unknown, over, not now, not from there.
import { html } from '../html.ts';
import type { Page } from '../page.ts';

const notice = (status: number, title: string, sentence: string): Page => ({
  status,
  title,
  tone: status >= 400 ? 'bad' : 'plain',
  content: html`<p>${sentence}</p>`,
});

/** The same for a mistyped, a made-up and a forgotten link. */
export const unknownLinkPage = (): Page =>
  notice(404, 'This link does not work', 'It is unknown or too old. Ask whoever sent it for a new one.');

export const linkOverPage = (): Page =>
  notice(
    410,
    'This link is over',
    'It was used, cancelled, or is too old. Ask whoever sent it for a new one.',
  );

export const noResultPage = (): Page =>
  notice(
    404,
    'Nothing to show here',
    'A result is shown for a few minutes, and only in the browser that went through the sign-in. If you were in the middle of something, open the link that you were sent once more.',
  );

export const pausedPage = (): Page =>
  notice(
    503,
    'Connecting is not possible at the moment',
    'The provider does not accept the registration of this service. Whoever sent you this link was told; try the link again later or ask for a new one.',
  );

export const foreignPostPage = (): Page =>
  notice(403, 'Please start from the link', 'Open the link that you were sent, and continue from there.');

/** `seconds`: after which it works again; null = not known. */
export function tooOftenPage(seconds: number | null): Page {
  const minutes = Math.ceil((seconds ?? 60) / 60);
  return minutes <= 1
    ? notice(429, 'Please wait a minute', 'This was done a moment ago. Wait a minute, then try again.')
    : notice(
        429,
        'Please try again later',
        `This link was used too often within a short time. Try again in ${minutes} minutes.`,
      );
}

export const troublePage = (status: number, requestId: string): Page => ({
  status,
  title: status >= 500 ? 'Something went wrong' : 'This request cannot be served',
  tone: 'bad',
  content: html`<p>Nothing was connected. Open the link again, or ask for a new one.</p>
<p class="soft">Code for support: ${requestId}</p>`,
});
