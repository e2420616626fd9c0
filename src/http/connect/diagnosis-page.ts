// The page that shows a diagnosis: each step in its order, what was tried, what came of it, and who can help.
import { type Diagnosis, type DoctorStep, nameOf, type Verdict } from '../../core/index.ts';
import { type Html, html } from '../html.ts';
import type { Page } from '../page.ts';
import { button, secondButton } from './forms.ts';
import { helperNames, providerNames } from './names.ts';

type Invitation = Pick<Diagnosis, 'mailbox' | 'workspace'>;

export function diagnosisInvitationPage({ mailbox, workspace }: Invitation, action: string): Page {
  return {
    status: 200,
    title: 'Look into a mailbox',
    tone: 'plain',
    content: html`<p>Each step of the way to this mailbox is tried, one after the other. No mail is read, nothing is
sent, and nothing is changed. It takes up to a minute.</p>
${about({ mailbox, workspace })}
${button(action, 'Run the diagnosis')}`,
  };
}

export function diagnosisPage(diagnosis: Diagnosis, action: string): Page {
  const { mailbox, workspace, summary, steps, helpsReconnecting } = diagnosis;
  const isWell = summary.code === 'ok';
  const examinedAt = new Date(diagnosis.examinedAt).toISOString();
  return {
    status: 200,
    title: isWell ? 'The mailbox works' : 'Something keeps the mailbox from working',
    tone: isWell ? 'good' : 'bad',
    content: html`${about({ mailbox, workspace })}
${isWell ? null : advice(summary)}
${helpsReconnecting ? html`<p>The owner of the mailbox must reconnect it. Ask whoever sent you this link for a reconnect link.</p>` : null}
<h2>What was tried</h2>
<ol class="steps">
${steps.map(stepItem)}
</ol>
<p class="soft">Tried on <time datetime="${examinedAt}">${examinedAt.slice(0, 10)}, ${examinedAt.slice(11, 16)} UTC</time>.
It can be run once a minute.</p>
${secondButton(action, 'Run it again')}`,
  };
}

const about = ({ mailbox, workspace }: Invitation): Html => html`<dl>
<dt>Mailbox</dt><dd>${mailbox.email}</dd>
<dt>Provider</dt><dd>${providerNames[mailbox.provider]}</dd>
<dt>Workspace that has access</dt><dd>${nameOf(workspace)}</dd>
</dl>`;

const resultWords = {
  passed: 'works',
  failed: 'does not work',
  warned: 'works, but is worth a look',
  skipped: 'not tried',
} as const satisfies Record<DoctorStep['result'], string>;

function stepItem({ title, result, verdict, detail, provider, durationMilliseconds }: DoctorStep): Html {
  return html`<li><p><strong>${title}</strong>: <span class="${result}">${resultWords[result]}</span>
${durationMilliseconds >= 1 ? html`<span class="soft">(${Math.round(durationMilliseconds)} ms)</span>` : null}</p>
${verdict === null ? null : advice(verdict)}
${detail === null ? null : html`<p class="soft">${detail}</p>`}
${provider === null ? null : words(provider)}</li>`;
}

const advice = ({ sentence, remedy, actor, code }: Verdict): Html => html`<p>${sentence} ${remedy}</p>
<dl><dt>Who can help</dt><dd>${helperNames[actor]}</dd></dl>
<p class="soft">Code for support: ${code}</p>`;

/** What support at the provider asks for. */
function words({
  error,
  description,
  traceId,
  correlationId,
}: NonNullable<DoctorStep['provider']>): Html | null {
  const said = [error, description].filter((text) => text !== null).join(': ');
  const ids = [
    traceId === null ? null : `trace id ${traceId}`,
    correlationId === null ? null : `correlation id ${correlationId}`,
  ].filter((text) => text !== null);
  if (said === '' && ids.length === 0) return null;
  return html`<p class="soft">${said === '' ? '' : `The provider said: ${said} `}${ids.join(', ')}</p>`;
}
