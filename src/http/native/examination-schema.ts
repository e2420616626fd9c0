// How the examination of an OAuth client looks in the native API.
import { type Static, Type } from 'typebox';
import { type ClientExamination, verdictOf } from '../../core/index.ts';
import { isoTime, nullable, oneOf, presentVerdict, time } from './parts.ts';
import { presentProviderWords, providerWordsSchema } from './provider-words.ts';

const subjects = [
  'directory',
  'client_id',
  'credential',
  'redirect_uri',
  'delegation',
  'expiry',
  'next_credential',
  'mailbox',
] as const;

export const examinationSchema = Type.Object(
  {
    examined_at: time('When it was tried.'),
    steps: Type.Array(
      Type.Object({
        subject: oneOf(subjects, { description: 'What was tried.' }),
        result: oneOf(['passed', 'failed', 'unknown'], {
          description: '`unknown` = only a person who signs in can tell.',
        }),
        verdict: nullable(Type.Ref('Verdict#', { description: 'Why, and who must act; null = passed.' })),
        provider: nullable(providerWordsSchema),
      }),
      { description: 'In the order in which they are best repaired.' },
    ),
  },
  {
    $id: 'Examination',
    title: 'Examination',
    description: 'What can be tried of a registration without a person.',
  },
);

export const presentExamination = ({
  examinedAt,
  steps,
}: ClientExamination): Static<typeof examinationSchema> => ({
  examined_at: isoTime(examinedAt),
  steps: steps.map(({ subject, result, reason, provider }) => ({
    subject,
    result,
    verdict: reason === null ? null : presentVerdict(verdictOf(reason)),
    provider: provider && presentProviderWords(provider),
  })),
});
