// The pages after the sign-in that end it: what was connected and proved, or why not and who can help.
import {
  type Arrival,
  type ConnectOutcome,
  nameOf,
  type ReasonCode,
  type Verification,
  verdictOf,
} from '../../core/index.ts';
import { type Html, html } from '../html.ts';
import type { Page } from '../page.ts';
import { helpLink, noWays, type Ways } from './forms.ts';
import { actorNames, transportNames } from './names.ts';
import { linkOverPage } from './notices.ts';
import { permissionsInWords } from './permission-words.ts';

export type Arrived = Exclude<Arrival, { session: null }>;
type LostWay = Extract<Arrival, { session: null }>['reason'];
type Outcome<Status> = Extract<ConnectOutcome, { status: Status }>;

export function outcomePage(
  outcome: ConnectOutcome,
  { workspace, verification }: Arrived,
  { ways, backUrl }: { ways: Ways; backUrl: string | null },
): Page {
  const workspaceName = nameOf(workspace);
  switch (outcome.status) {
    case 'connected':
      return connectedPage(outcome, workspaceName, verification);
    case 'failed':
      return failedPage(outcome.reason, {
        workspaceName,
        missingScopes: outcome.missingScopes,
        ways,
        backUrl,
      });
    case 'cancelled':
      return linkOverPage();
    default:
      return outcome satisfies never;
  }
}

function connectedPage(
  { email, reconnected }: Outcome<'connected'>,
  workspaceName: string,
  verification: Verification | null,
): Page {
  const works = verification?.results.every(({ ok }) => ok) ?? true;
  return {
    status: 200,
    title: works
      ? `Your mailbox is ${reconnected ? 'connected again' : 'connected'}`
      : 'Connected, but something does not work yet',
    tone: works ? 'good' : 'bad',
    content: html`<dl>
<dt>Mailbox</dt><dd>${email}</dd>
<dt>Workspace that has access now</dt><dd>${workspaceName}</dd>
</dl>
${verification === null ? html`<p>The mailbox is being tested.</p>` : proofs(verification)}
<p>You can close this page. You can withdraw the access at any time on your provider's security page.</p>`,
  };
}

const proofs = ({ results }: Verification): Html => html`<h2>What was tested</h2>
<ul>
${results.map(({ transport, ok, reason }) => {
  if (ok) return html`<li>${transportNames[transport]}: works</li>`;
  const verdict = verdictOf(reason);
  return html`<li>${transportNames[transport]}: ${verdict.sentence} ${verdict.remedy} (Who can help: ${actorNames[verdict.actor]})</li>`;
})}
</ul>`;

/** For a reason that ended a session, or that kept us from finding one. */
/** For who came back by a way that leads nowhere. Another one's use of a link is no business of theirs. */
export const lostWayPage = (reason: LostWay, status: number): Page =>
  reason === 'link_over' ? linkOverPage() : failedPage(reason, { status });

export function failedPage(
  reason: ReasonCode,
  {
    workspaceName = null,
    missingScopes = [],
    status = 200,
    ways = noWays,
    backUrl = null,
  }: {
    workspaceName?: string | null;
    missingScopes?: readonly string[];
    status?: number;
    ways?: Ways;
    backUrl?: string | null;
  },
): Page {
  const { sentence, remedy, actor } = verdictOf(reason);
  return {
    status,
    title: 'Your mailbox was not connected',
    tone: 'bad',
    content: html`${actor === 'workspace' || actor === 'operator' ? forOthers(sentence, remedy) : forOwner(sentence, remedy, missingScopes)}
<dl>
<dt>Who can help</dt><dd>${actorNames[actor]}</dd>
${workspaceName === null ? null : html`<dt>Workspace that asked</dt><dd>${workspaceName}</dd>`}
</dl>
${backLink(backUrl)}
${helpLink(ways)}
<p class="soft">Code for support: ${reason}</p>`,
  };
}

const forOwner = (
  sentence: string,
  remedy: string,
  missingScopes: readonly string[],
): Html => html`<p>${sentence}</p>
${missingScopes.length === 0 ? null : missing(missingScopes)}
<h2>What to do</h2>
<p>${remedy}</p>`;

/** What the owner cannot mend is told for those who can; the owner needs to know only that. */
const forOthers = (
  sentence: string,
  remedy: string,
): Html => html`<p>It is not your fault, and signing in again does not
help: something has to be repaired by whoever sent you this link.</p>
<h2>What to do</h2>
<p>Send them this page, or the code below. When it is repaired, use the link again or ask for a new one.</p>
<details><summary>For whoever repairs it</summary>
<p>${sentence} ${remedy}</p>
</details>`;

export const missing = (scopes: readonly string[]): Html => html`<h2>What was missing</h2>
<ul>
${permissionsInWords(scopes).map((permission) => html`<li>${permission}</li>`)}
</ul>`;

/** To where the person came from, when whoever sent them wants to go on there. */
export const backLink = (backUrl: string | null): Html | null =>
  backUrl === null ? null : html`<p><a href="${backUrl}">Back to ${new URL(backUrl).hostname}</a></p>`;
