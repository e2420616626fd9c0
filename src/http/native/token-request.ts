// What a caller asks of a token: the schema of the body, and the request that it means.
import { type Static, Type } from 'typebox';
import type { TokenRequest } from '../../core/index.ts';
import { closed, text } from './parts.ts';

/** Longer than this no provider's token lives for sure: Google's last an hour, less the margin to refresh. */
const minTtlSecondsMax = 3000;

export const tokenRequestSchema = Type.Object(
  {
    resource: Type.Optional(
      text({
        description:
          "`imap`, `smtp`, `gmail_api`, `graph`, or a resource's URL. Omit for the mailbox's first.",
        examples: ['imap'],
        maxLength: 512,
      }),
    ),
    min_ttl_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: minTtlSecondsMax,
        default: 0,
        description: 'The token shall live at least this long.',
        examples: [300],
      }),
    ),
    force_refresh: Type.Optional(
      Type.Boolean({
        description:
          'True when a server refused the last token: asks the provider for another, unless the stored one is only seconds old.',
      }),
    ),
  },
  { ...closed, examples: [{ resource: 'imap' }] },
);

export const tokenRequestOf = (body: Static<typeof tokenRequestSchema>): TokenRequest => ({
  resource: body.resource ?? null,
  minTtlSeconds: body.min_ttl_seconds ?? 0,
  forceRefresh: body.force_refresh ?? false,
});

const withoutBody: TokenRequest = tokenRequestOf({});

/**
 * The request of a body as it came, if it is one of the plain ones; null = have it looked at by the schema. A name that
 * the schema would refuse is let through: nothing is kept under it.
 */
export function plainTokenRequest(body: string): TokenRequest | null {
  if (body === '') return withoutBody;
  const value = parsed(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const request = { ...withoutBody };
  for (const [name, member] of Object.entries(value)) {
    if (name === 'resource' && typeof member === 'string') request.resource = member;
    else if (name === 'min_ttl_seconds' && isTtl(member)) request.minTtlSeconds = member;
    else return null;
  }
  return request;
}

const isTtl = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= minTtlSecondsMax;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
