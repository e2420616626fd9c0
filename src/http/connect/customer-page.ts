// The page of a workspace's customer: which kinds of mailboxes can be connected here.
import { type CustomerPage, nameOf } from '../../core/index.ts';
import { html } from '../html.ts';
import type { Page } from '../page.ts';
import { mailboxKinds } from './names.ts';

export function customerPage({ workspace, choices }: CustomerPage, action: string): Page {
  const workspaceName = nameOf(workspace);
  if (choices.length === 0) {
    return {
      status: 200,
      title: 'No mailbox can be connected here yet',
      tone: 'plain',
      content: html`<p><strong>${workspaceName}</strong> has not set up any provider for this page. Ask whoever sent you
this link.</p>`,
    };
  }
  return {
    status: 200,
    title: 'Connect a mailbox',
    tone: 'plain',
    content: html`<p>Give <strong>${workspaceName}</strong> access to a mailbox. Choose where it is; the next page shows
what is asked for.</p>
<form method="post" action="${action}">
${choices.map(({ provider }) => html`<p><button type="submit" name="provider" value="${provider}">Connect ${mailboxKinds[provider]}</button></p>`)}
</form>
<p class="soft">You can come back to this page for each further mailbox.</p>`,
  };
}
