// The pages of an administrator who is asked to approve for a whole organisation. They say nothing about whose mailbox
// gave rise to it.
import { type AdminArrival, type Invitation, nameOf, verdictOf } from '../../core/index.ts';
import { html } from '../html.ts';
import type { Page } from '../page.ts';
import { button } from './forms.ts';
import { providerNames } from './names.ts';
import { permissionsInWords } from './permission-words.ts';

const administratorActors = {
  mailbox_owner: 'You',
  mail_administrator: 'You, as the administrator',
  workspace: 'Whoever sent you this link',
  operator: 'The operator of this server',
  nobody: 'Nobody; waiting helps',
} as const;

export function approvalRequestPage({ workspace, session, scopes }: Invitation, action: string): Page {
  const workspaceName = nameOf(workspace);
  return {
    status: 200,
    title: 'Approve access to mail',
    tone: 'plain',
    content: html`<p><strong>${workspaceName}</strong> asks you, as an administrator, to approve its application for your
whole organisation. Afterwards each person still decides alone whether to connect their own mailbox.</p>
<dl>
<dt>Who asks</dt><dd>${workspaceName}</dd>
<dt>For whom</dt><dd>Everybody in your organisation</dd>
<dt>Where</dt><dd>${providerNames[session.provider]}; your password stays there</dd>
</dl>
<h2>What a person who connects a mailbox allows then</h2>
<ul>
${permissionsInWords(scopes).map((permission) => html`<li>${permission}</li>`)}
</ul>
<p>Continue only if you know ${workspaceName} and expected this. You can withdraw the approval at any time in the
administration of your organisation.</p>
${button(action, `Continue to ${providerNames[session.provider]}`)}`,
  };
}

export function approvalResultPage({
  consent,
  workspace,
  isOpen,
  againUrl,
}: Exclude<AdminArrival, { consent: null }>): Page {
  const workspaceName = nameOf(workspace);
  if (consent.isGranted) {
    return {
      status: 200,
      title: 'Approved',
      tone: 'good',
      content: html`<p>Microsoft says that the application of <strong>${workspaceName}</strong> is approved for your
organisation.</p>
<h2>What to do</h2>
<p>Tell the person who asked you: ${isOpen ? 'they can continue with the link that they have' : 'their link is over by now, so they need a new one'}. It can take a few minutes until the
approval counts.</p>
<p>You can close this page.</p>`,
    };
  }
  const { code, sentence, remedy, actor } = verdictOf(consent.reason);
  return {
    status: 200,
    title: 'Not approved',
    tone: 'bad',
    content: html`<p>The application of <strong>${workspaceName}</strong> was not approved.</p>
<p>${code === 'access_denied' ? 'The page was left without accepting.' : sentence}</p>
<h2>What to do</h2>
<p>${code === 'access_denied' ? 'If that was a mistake, open the request again and accept it. Otherwise tell the person who asked you.' : remedy}</p>
<dl><dt>Who can help</dt><dd>${administratorActors[actor]}</dd></dl>
<p><a href="${againUrl}">Open the request again</a></p>
<p class="soft">Code for support: ${code}</p>`,
  };
}
