// Why a connect session waits, in the native API. With which account somebody signed in by mistake is not told: the
// workspace did not ask for that address.
import { type Static, Type } from 'typebox';
import { type Setback, type SetbackStatus, setbackReasons, verdictOf } from '../../core/index.ts';
import { isoTime, nullable, oneOf, presentVerdict, time } from './parts.ts';
import { presentProviderWords, providerWordsSchema } from './provider-words.ts';

const statuses = [
  'waiting_for_admin',
  'insufficient_scope',
  'wrong_mailbox',
  'declined',
  'waiting_for_confirmation',
] as const satisfies readonly SetbackStatus[];

export const setbackSchema = Type.Object(
  {
    status: oneOf(statuses, { description: 'As the status of the session.' }),
    at: time('When it came to this.'),
    verdict: nullable(Type.Ref('Verdict#', { description: 'What to do about it; null = nothing is wrong.' })),
    missing_scopes: Type.Array(Type.String(), { description: 'What was left unticked.' }),
    provider: nullable(providerWordsSchema),
  },
  { description: 'What the last try came to; null = there was none, or the session is over.' },
);

export function presentSetback(setback: Setback): Static<typeof setbackSchema> {
  const reason = setbackReasons[setback.status];
  const words = 'provider' in setback ? setback.provider : null;
  return {
    status: setback.status,
    at: isoTime(setback.at),
    verdict: reason && presentVerdict(verdictOf(reason)),
    missing_scopes: setback.status === 'insufficient_scope' ? setback.missingScopes : [],
    provider: words && presentProviderWords(words),
  };
}
