// Why a connect session waits, in the native API. With which account somebody signed in by mistake is not told: the
// workspace did not ask for that address.
import { type Static, Type } from 'typebox';
import { type ReasonCode, type Setback, type SetbackStatus, verdictOf } from '../../core/index.ts';
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

const reasons = {
  waiting_for_admin: 'admin_consent_required',
  insufficient_scope: 'scope_missing',
  wrong_mailbox: 'wrong_mailbox',
  declined: 'access_denied',
  waiting_for_confirmation: null,
} as const satisfies Record<SetbackStatus, ReasonCode | null>;

export function presentSetback(setback: Setback): Static<typeof setbackSchema> {
  const reason = reasons[setback.status];
  const words = 'provider' in setback ? setback.provider : null;
  return {
    status: setback.status,
    at: isoTime(setback.at),
    verdict: reason && presentVerdict(verdictOf(reason)),
    missing_scopes: setback.status === 'insufficient_scope' ? setback.missingScopes : [],
    provider: words && presentProviderWords(words),
  };
}
