// The pages after a sign-in that came to nothing yet: what happened, and how to go on. The session is still open.
import { type ConnectSession, nameOf, type Setback, type Workspace } from '../../core/index.ts';
import { type Html, html } from '../html.ts';
import type { Page } from '../page.ts';
import { button, helpLink, secondButton, type Ways } from './forms.ts';
import { actorNames } from './names.ts';
import { backLink, missing } from './result-pages.ts';

type SetbackFacts = {
  session: ConnectSession;
  workspace: Workspace;
  ways: Ways;
  /** For the administrator; null where the provider has no page for one. */
  administratorUrl: string | null;
  /** The site that sent the person, told what happened. */
  backUrl: string | null;
};

export function setbackPage(setback: Setback, facts: SetbackFacts): Page {
  switch (setback.status) {
    case 'insufficient_scope':
      return insufficientScopePage(setback.missingScopes, facts);
    case 'wrong_mailbox':
      return wrongMailboxPage(setback.signedInAs, facts);
    case 'declined':
      return declinedPage(facts);
    case 'waiting_for_admin':
      return waitingForAdminPage(facts);
    case 'waiting_for_confirmation':
      return waitingForConfirmationPage(facts);
    default:
      return setback satisfies never;
  }
}

function insufficientScopePage(missingScopes: string[], facts: SetbackFacts): Page {
  return {
    status: 200,
    title: 'A permission is missing',
    tone: 'bad',
    content: html`<p>On the provider's page, at least one box was left unticked. Without it
<strong>${nameOf(facts.workspace)}</strong> cannot use your mailbox, so nothing was connected.</p>
${missing(missingScopes)}
<h2>What to do</h2>
<p>Try again, and leave every box ticked.</p>
${ending(facts)}`,
  };
}

function wrongMailboxPage(signedInAs: string | null, facts: SetbackFacts): Page {
  const expected = facts.session.expectedEmail;
  return {
    status: 200,
    title: 'Another mailbox was chosen',
    tone: 'bad',
    content: html`<p>Nothing was connected: this link is for one mailbox, and the sign-in was with another one.</p>
<dl>
${signedInAs === null ? null : html`<dt>You signed in as</dt><dd>${signedInAs}</dd>`}
${expected === null ? null : html`<dt>Expected was</dt><dd>${expected}</dd>`}
</dl>
<h2>What to do</h2>
<p>Try again and choose the ${expected === null ? 'other' : 'expected'} account on the provider's page. If it is not in
the list there, choose to use another account.</p>
${ending(facts)}`,
  };
}

function declinedPage(facts: SetbackFacts): Page {
  const { ways } = facts;
  return {
    status: 200,
    title: 'The sign-in was cancelled',
    tone: 'bad',
    content: html`<p>The provider's page was left without allowing the access, so nothing was connected.</p>
<h2>What to do</h2>
<p>If that was a mistake, try again and choose to allow it. If you do not want
<strong>${nameOf(facts.workspace)}</strong> to have this access, close this page.</p>
${onwards(ways, 'Try again')}
${
  ways.administrator === null
    ? null
    : html`<h2>Did Microsoft's page say that an administrator must approve?</h2>
<p>Then trying again does not help. Your administrator can approve it once, for everybody in your organisation.</p>
${secondButton(ways.administrator, 'An administrator must approve')}`
}
${backLink(facts.backUrl)}
${helpLink(ways)}`,
  };
}

/** Also shown to whoever opens the link of a session that waits. */
export function waitingForAdminPage(facts: SetbackFacts): Page {
  const { session, administratorUrl, ways } = facts;
  return {
    status: 200,
    title: 'An administrator must approve first',
    tone: 'plain',
    content: html`<p>In your organisation, only an administrator may allow an application to reach mailboxes. That is
done once, and counts for everybody.</p>
${session.adminConsentedAt === null ? null : html`<p>An administrator has approved once already. If this page still comes up, the approval may need a few minutes to count.</p>`}
${administratorUrl === null ? null : request(administratorUrl, nameOf(facts.workspace))}
<h2>When it is approved</h2>
<p>Come back to this page, or open the link that you were sent once more. It works until
<time datetime="${isoTime(session.expiresAt)}">${isoTime(session.expiresAt).slice(0, 10)},
${isoTime(session.expiresAt).slice(11, 16)} UTC</time>.</p>
${onwards(ways, 'Continue')}
<dl><dt>Who can help</dt><dd>${actorNames.mail_administrator}</dd></dl>
${backLink(facts.backUrl)}`,
  };
}

/** An administrator has approved since the last try; the next one will tell. */
export function approvedPage(facts: Pick<SetbackFacts, 'workspace' | 'ways'>): Page {
  return {
    status: 200,
    title: 'An administrator has approved',
    tone: 'good',
    content: html`<p>You can now give <strong>${nameOf(facts.workspace)}</strong> access to your mailbox.</p>
${onwards(facts.ways, 'Continue')}`,
  };
}

export function waitingForConfirmationPage({ workspace, backUrl }: SetbackFacts): Page {
  const workspaceName = nameOf(workspace);
  return {
    status: 200,
    title: 'One step is left',
    tone: 'plain',
    content: html`<p>You have allowed the access. Nothing is connected yet: the site of <strong>${workspaceName}</strong>
that sent you here must confirm that it was you.</p>
<h2>What to do</h2>
<p>${
      backUrl === null
        ? 'Go back to the site that sent you here, in the browser in which you signed in.'
        : 'Go back to the site that sent you here.'
    } If you did not come from a site of ${workspaceName}, or somebody else sent you this link, do nothing: without that site's
word nothing is connected.</p>
${backLink(backUrl)}`,
  };
}

const subject = 'Please approve access to mail for our organisation';

/** To be sent by the person: it names nobody's mailbox. */
const message = (url: string, workspaceName: string): string => `Hello,

${workspaceName} needs a permission to reach mailboxes of our organisation, which only an administrator can give. Please open this link, sign in as an administrator, check what is asked for, and accept it:

${url}

Thank you.`;

function request(url: string, workspaceName: string): Html {
  const body = message(url, workspaceName);
  const query = `subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body.replaceAll('\n', '\r\n'))}`;
  return html`<h2>Ask your administrator</h2>
<p><label for="message">Send this message to the administrator of your organisation</label>
<textarea id="message" readonly rows="11">
${body}</textarea></p>
<p><a href="mailto:?${query}">Write it as an e-mail</a></p>`;
}

const ending = (facts: SetbackFacts): Html => html`${onwards(facts.ways, 'Try again')}
${backLink(facts.backUrl)}
${helpLink(facts.ways)}`;

const onwards = (ways: Ways, words: string): Html | null =>
  ways.onwards === null ? null : button(ways.onwards, words);

const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
