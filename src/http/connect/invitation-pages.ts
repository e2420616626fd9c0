// The pages before the sign-in: who asks, for which workspace, for what, until when.
import type { Invitation, ProviderName } from '../../core/index.ts';
import { type Html, html } from '../html.ts';
import type { Page } from '../page.ts';
import { permissionsInWords } from './permission-words.ts';

const providerNames = { google: 'Google', microsoft: 'Microsoft' } as const satisfies Record<
  ProviderName,
  string
>;

export const nameOfProvider = (provider: ProviderName): string => providerNames[provider];

export function invitationPage({ session, workspaceName, scopes, email }: Invitation, now: number): Page {
  const provider = nameOfProvider(session.provider);
  const minutes = Math.max(1, Math.ceil((session.expiresAt - now) / 60_000));
  return {
    status: 200,
    title: session.mailboxId === null ? 'Connect your mailbox' : 'Reconnect your mailbox',
    tone: 'plain',
    content: html`<p><strong>${workspaceName}</strong> asks for access to your mailbox. You sign in at ${provider};
your password stays there.</p>
<dl>
<dt>Workspace that gets the access</dt><dd>${workspaceName}</dd>
<dt>Provider</dt><dd>${provider}</dd>
${email === null ? null : html`<dt>Mailbox</dt><dd>${email}</dd>`}
</dl>
<h2>What it will be able to do</h2>
<ul>
${permissionsInWords(scopes).map((permission) => html`<li>${permission}</li>`)}
</ul>
${continueButton(provider, workspaceName)}
<p class="soft">This link works once, for ${minutes === 1 ? 'one more minute' : `${minutes} more minutes`}
(until <time datetime="${isoTime(session.expiresAt)}">${isoTime(session.expiresAt).slice(11, 16)} UTC</time>).</p>`,
  };
}

export function reconnectPage(invitation: {
  email: string;
  workspaceName: string;
  provider: ProviderName;
}): Page {
  const { email, workspaceName } = invitation;
  const provider = nameOfProvider(invitation.provider);
  return {
    status: 200,
    title: 'Reconnect your mailbox',
    tone: 'plain',
    content: html`<p>The access of <strong>${workspaceName}</strong> to your mailbox has ended. Sign in at
${provider} again to renew it.</p>
<dl>
<dt>Workspace that gets the access</dt><dd>${workspaceName}</dd>
<dt>Mailbox</dt><dd>${email}</dd>
</dl>
${continueButton(provider, workspaceName)}`,
  };
}

/** Posts to the page's own address, which holds the token. */
const continueButton = (provider: string, workspaceName: string): Html => html`<p>Continue only if you know
${workspaceName} and expected this.</p>
<form method="post"><p><button type="submit">Continue to ${provider}</button></p></form>`;

const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
