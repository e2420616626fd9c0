// The pages after the sign-in: what was connected and proved, or why not and who can help.
import { type Actor, type Arrival, type ReasonCode, type Verification, verdictOf } from '../../core/index.ts';
import { type Html, html } from '../html.ts';
import type { Page } from '../page.ts';
import { permissionsInWords } from './permission-words.ts';

type Arrived = Exclude<Arrival, { session: null }>;
type Outcome<Status> = Extract<Arrived['outcome'], { status: Status }>;

const actorNames = {
  mailbox_owner: 'You',
  mail_administrator: 'The mail administrator of your organisation',
  workspace: 'Whoever sent you this link',
  operator: 'The operator of this server',
  nobody: 'Nobody; waiting helps',
} as const satisfies Record<Actor, string>;

const transportNames = {
  imap: 'Reading mail (IMAP)',
  smtp: 'Sending mail (SMTP)',
  gmail_api: 'Gmail API',
  graph: 'Microsoft Graph',
} as const;

export function resultPage({ outcome, workspaceName, verification }: Arrived): Page {
  switch (outcome.status) {
    case 'connected':
      return connectedPage(outcome, workspaceName, verification);
    case 'failed':
      return failedPage(outcome.reason, { workspaceName, missingScopes: outcome.missingScopes });
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
export function failedPage(
  reason: ReasonCode,
  {
    workspaceName = null,
    missingScopes = [],
    status = 200,
  }: {
    workspaceName?: string | null;
    missingScopes?: readonly string[];
    status?: number;
  },
): Page {
  const { sentence, remedy, actor } = verdictOf(reason);
  return {
    status,
    title: 'Your mailbox was not connected',
    tone: 'bad',
    content: html`<p>${sentence}</p>
${missingScopes.length === 0 ? null : missing(missingScopes)}
<h2>What to do</h2>
<p>${remedy}</p>
<dl>
<dt>Who can help</dt><dd>${actorNames[actor]}</dd>
${workspaceName === null ? null : html`<dt>Workspace that asked</dt><dd>${workspaceName}</dd>`}
</dl>
<p class="soft">Code for support: ${reason}</p>`,
  };
}

const missing = (scopes: readonly string[]): Html => html`<h2>What was missing</h2>
<ul>
${permissionsInWords(scopes).map((permission) => html`<li>${permission}</li>`)}
</ul>`;

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
    'A result is shown for a few minutes, and only in the browser that went through the sign-in.',
  );

export const pausedPage = (): Page =>
  notice(
    503,
    'Connecting is not possible at the moment',
    'The provider does not accept the registration of this service. Whoever sent you this link was told; try the link again later or ask for a new one.',
  );

export const foreignPostPage = (): Page =>
  notice(403, 'Please start from the link', 'Open the link that you were sent, and continue from there.');

export const troublePage = (status: number, requestId: string): Page => ({
  status,
  title: status >= 500 ? 'Something went wrong' : 'This request cannot be served',
  tone: 'bad',
  content: html`<p>Nothing was connected. Open the link again, or ask for a new one.</p>
<p class="soft">Code for support: ${requestId}</p>`,
});
