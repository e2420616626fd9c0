// What a provider's own pages say when they turn a person away: from there no way leads back to us, so the person looks
// it up here.
import { type ProviderName, providerPages, verdictOf } from '../../core/index.ts';
import { type Html, html } from '../html.ts';
import type { Page } from '../page.ts';
import { button, type Ways } from './forms.ts';
import { actorNames, providerNames } from './names.ts';

export function helpPage(
  { provider, goOnUrl }: { provider: ProviderName; goOnUrl: string | null },
  ways: Ways,
): Page {
  const name = providerNames[provider];
  return {
    status: 200,
    title: `When the page of ${name} does not lead back`,
    tone: 'plain',
    content: html`<p>If ${name} shows an error, it does not tell us, and the window stays there. Look for the words of
that page in this list, and open the line for what helps.</p>
${ways.administrator === null ? null : administratorForm(ways.administrator)}
<h2>What the page says</h2>
${providerPages[provider].map(entry)}
<h2>Nothing of this?</h2>
<p>Close the other window and start once more from the link that you were sent, in an ordinary browser window. If it
happens again, send whoever gave you the link the words and numbers of the page.</p>
${goOnUrl === null ? null : html`<p><a href="${goOnUrl}">Back to the start</a></p>`}`,
  };
}

const administratorForm = (
  action: string,
): Html => html`<h2>Did it say that an administrator must approve?</h2>
<p>The page says "Need admin approval" or "Approval required" then. We give you a message for your administrator, and
your link goes on working until it is approved.</p>
${button(action, 'An administrator must approve')}`;

/** Closed but for its words, so that a person on a phone finds theirs. */
function entry({ says, reason }: (typeof providerPages)[ProviderName][number]): Html {
  const { sentence, remedy, actor } = verdictOf(reason);
  return html`<details><summary>${says}</summary>
<p>${sentence} ${remedy}</p>
<p>Who can help: <strong>${actorNames[actor]}</strong></p>
</details>`;
}
