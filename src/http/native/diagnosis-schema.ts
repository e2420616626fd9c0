// How the diagnosis of a mailbox looks in the native API.
import { type Static, Type } from 'typebox';
import type { Diagnosis, DoctorStepName } from '../../core/index.ts';
import { email, id, isoTime, nullable, oneOf, presentVerdict, time } from './parts.ts';
import { presentProviderWords, providerWordsSchema } from './provider-words.ts';

const steps = [
  'mailbox',
  'oauth_client',
  'grant',
  'refresh',
  'scope',
  'imap',
  'smtp',
  'gmail_api',
  'graph',
  'domain',
] as const satisfies readonly DoctorStepName[];

export const diagnosisSchema = Type.Object(
  {
    mailbox_id: id('The mailbox.'),
    email: email('Its address.'),
    examined_at: time('When it was looked into.'),
    summary: Type.Ref('Verdict#', { description: 'Of the first step that failed, or `ok`.' }),
    steps: Type.Array(
      Type.Object({
        step: oneOf(steps, { description: '`refresh` comes once for each resource.' }),
        title: Type.String(),
        result: oneOf(['passed', 'failed', 'skipped', 'warned'], {
          description:
            '`warned` = works, but is worth a look; `skipped` = could not be tried, `detail` says why.',
        }),
        verdict: nullable(Type.Ref('Verdict#')),
        detail: nullable(Type.String({ description: 'What was found, or what the server said.' })),
        provider: nullable(providerWordsSchema),
        duration_ms: Type.Integer({ description: 'Milliseconds.' }),
      }),
      { description: 'In order; what depends on a failed step is skipped.' },
    ),
    url: Type.String({
      format: 'uri',
      description:
        'A page that shows a diagnosis of this mailbox to whoever has the link; no secret is on it.',
    }),
    reconnect_url: nullable(
      Type.String({ format: 'uri', description: 'For the mailbox owner, when reconnecting is what helps.' }),
    ),
  },
  { $id: 'Diagnosis', title: 'Diagnosis', description: 'What is wrong with one mailbox, step by step.' },
);

export const presentDiagnosis = (diagnosis: Diagnosis): Static<typeof diagnosisSchema> => ({
  mailbox_id: diagnosis.mailbox.id,
  email: diagnosis.mailbox.email,
  examined_at: isoTime(diagnosis.examinedAt),
  summary: presentVerdict(diagnosis.summary),
  steps: diagnosis.steps.map(({ step, title, result, verdict, detail, provider, durationMilliseconds }) => ({
    step,
    title,
    result,
    verdict: verdict && presentVerdict(verdict),
    detail,
    provider: provider && presentProviderWords(provider),
    duration_ms: durationMilliseconds,
  })),
  url: diagnosis.url,
  reconnect_url: diagnosis.reconnectUrl,
});
