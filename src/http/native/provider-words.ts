// What a provider said, for support: shown as it came, without secrets, in snake case.
import { type Static, Type } from 'typebox';
import type { ConnectOutcome } from '../../core/index.ts';
import { nullable } from './parts.ts';

type ProviderWords = NonNullable<Extract<ConnectOutcome, { status: 'failed' }>['provider']>;

export const providerWordsSchema = Type.Object(
  {
    http_status: nullable(Type.Integer()),
    error: nullable(Type.String({ description: "OAuth's `error`." })),
    suberror: nullable(Type.String()),
    description: nullable(Type.String()),
    error_codes: Type.Array(Type.Integer(), { description: "Entra's AADSTS numbers." }),
    trace_id: nullable(Type.String()),
    correlation_id: nullable(Type.String()),
  },
  { description: "The provider's own words." },
);

export const presentProviderWords = (words: ProviderWords): Static<typeof providerWordsSchema> => ({
  http_status: words.httpStatus,
  error: words.error,
  suberror: words.suberror,
  description: words.description,
  error_codes: words.errorCodes,
  trace_id: words.traceId,
  correlation_id: words.correlationId,
});
