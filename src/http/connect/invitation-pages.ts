// The pages before the sign-in: who asks, for which workspace, for what, until when.
import { type Invitation, nameOf } from '../../core/index.ts';
import { type Html, html } from '../html.ts';
import type { Page } from '../page.ts';
import { button, helpLink, type Ways } from './forms.ts';
import { providerNames } from './names.ts';
import { permissionsInWords } from './permission-words.ts';

type Facts = { workspaceName: string; provider: string | null; email: string | null };

export function invitationPage(invitation: Invitation, now: number, ways: Ways): Page {
  const { session, workspace, oauthClient, scopes, email } = invitation;
  const facts = { workspaceName: nameOf(workspace), provider: providerNames[session.provider], email };
  const isSignIn = oauthClient.grantType === 'authorization_code';
  return {
    status: 200,
    title: session.mailboxId === null ? 'Connect your mailbox' : 'Reconnect your mailbox',
    tone: 'plain',
    content: html`${isSignIn ? signIn(facts) : noSignIn(facts)}
${session.adminConsentedAt === null ? null : html`<p>An administrator of your organisation has approved this access. You can continue.</p>`}
${who(facts)}
${session.sharedMailbox === null ? null : html`<p>This is a shared mailbox: sign in with your own account.</p>`}
<h2>What it will be able to do</h2>
<ul>
${permissionsInWords(scopes).map((permission) => html`<li>${permission}</li>`)}
</ul>
<p>Continue only if you know ${facts.workspaceName} and expected this.</p>
${button(ways.onwards ?? '', isSignIn ? `Continue to ${facts.provider}` : `Connect ${email ?? ''}`)}
${validity(session.expiresAt, now)}
${isSignIn ? helpLink(ways) : null}`,
  };
}

export function reconnectPage(facts: Facts & { provider: string; email: string }, action: string): Page {
  const { workspaceName, provider } = facts;
  return {
    status: 200,
    title: 'Reconnect your mailbox',
    tone: 'plain',
    content: html`<p>The access of <strong>${workspaceName}</strong> to your mailbox has ended. Sign in at
${provider} again to renew it.</p>
${who({ ...facts, provider: null })}
<p>Continue only if you know ${workspaceName} and expected this.</p>
${button(action, `Continue to ${provider}`)}`,
  };
}

const signIn = ({
  workspaceName,
  provider,
}: Facts): Html => html`<p><strong>${workspaceName}</strong> asks for access
to your mailbox. You sign in at ${provider}; your password stays there.</p>`;

const noSignIn = ({
  workspaceName,
}: Facts): Html => html`<p><strong>${workspaceName}</strong> asks for access to your
mailbox. An administrator of your organisation has approved this already: there is nothing that you have to sign in
to.</p>`;

const who = ({ workspaceName, provider, email }: Facts): Html => html`<dl>
<dt>Workspace that gets the access</dt><dd>${workspaceName}</dd>
${provider === null ? null : html`<dt>Provider</dt><dd>${provider}</dd>`}
${email === null ? null : html`<dt>Mailbox</dt><dd>${email}</dd>`}
</dl>`;

const dayMilliseconds = 24 * 3600 * 1000;

function validity(expiresAt: number, now: number): Html {
  const minutes = Math.max(1, Math.ceil((expiresAt - now) / 60_000));
  const end = new Date(expiresAt).toISOString();
  const until =
    expiresAt - now > dayMilliseconds / 2 ? `${end.slice(0, 10)}, ${end.slice(11, 16)}` : end.slice(11, 16);
  return html`<p class="soft">This link connects one mailbox. It works for ${lifeInWords(minutes)}
(until <time datetime="${end}">${until} UTC</time>).</p>`;
}

function lifeInWords(minutes: number): string {
  if (minutes >= 48 * 60) return `${Math.floor(minutes / 1440)} more days`;
  if (minutes >= 120) return `${Math.floor(minutes / 60)} more hours`;
  return minutes === 1 ? 'one more minute' : `${minutes} more minutes`;
}
