// The shapes of the JSON columns, compiled once. A column that does not fit is refused when it is read.
import { type Static, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { ApiKeyScope } from '../core/api-keys.ts';
import type { CredentialKind } from '../core/client-credentials.ts';
import type { ClientExamination } from '../core/client-examination.ts';
import type { ConnectOutcome } from '../core/connect-session.ts';
import { type ReasonCode, verdictTable } from '../core/diagnosis.ts';
import type { GrantFailure } from '../core/grants.ts';
import type { MailboxSettingsChanges } from '../core/mailbox-settings.ts';
import type { InstallationTotals, ProviderWords, SealedPosition } from '../core/ports.ts';
import type { Setback } from '../core/setbacks.ts';
import type { TransportResult, Verification } from '../core/verification.ts';
import type { StoredWorkspaceSettings } from '../core/workspaces.ts';
import type { Parser } from './row.ts';
import {
  apiKeyScopes,
  credentialKinds,
  examinationResults,
  examinationSubjects,
  logoMediaTypes,
  transports,
  wordsOf,
} from './words.ts';

const nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);
const parserOf = <S extends TSchema>(schema: S): Parser<Static<S>> => {
  const validator = Compile(schema);
  return { Check: (value): value is Static<S> => validator.Check(value) };
};
const reason = Type.Enum(wordsOf<ReasonCode>(verdictTable));
const providerWords = Type.Object({
  httpStatus: nullable(Type.Integer()),
  error: nullable(Type.String()),
  suberror: nullable(Type.String()),
  description: nullable(Type.String()),
  errorCodes: Type.Array(Type.Integer()),
  traceId: nullable(Type.String()),
  correlationId: nullable(Type.String()),
});

export const apiKeyScopesColumn: Parser<ApiKeyScope[]> = parserOf(
  Type.Array(Type.Enum(wordsOf(apiKeyScopes))),
);

export const connectOutcomeColumn: Parser<ConnectOutcome> = parserOf(
  Type.Union([
    Type.Object({
      status: Type.Literal('connected'),
      mailboxId: Type.String(),
      email: Type.String(),
      name: Type.String(),
      reconnected: Type.Boolean(),
    }),
    Type.Object({
      status: Type.Literal('failed'),
      reason,
      provider: nullable(providerWords),
      missingScopes: Type.Array(Type.String()),
    }),
    Type.Object({ status: Type.Literal('cancelled') }),
  ]),
);

const at = Type.Integer();

export const setbackColumn: Parser<Setback> = parserOf(
  Type.Union([
    Type.Object({
      at,
      status: Type.Literal('waiting_for_admin'),
      provider: nullable(providerWords),
    }),
    Type.Object({
      at,
      status: Type.Literal('insufficient_scope'),
      missingScopes: Type.Array(Type.String()),
    }),
    Type.Object({ at, status: Type.Literal('wrong_mailbox'), signedInAs: nullable(Type.String()) }),
    Type.Object({ at, status: Type.Literal('declined'), provider: nullable(providerWords) }),
    Type.Object({
      at,
      status: Type.Literal('waiting_for_confirmation'),
      email: Type.String(),
      name: Type.String(),
    }),
  ]),
);

const tokens = Type.Object({
  accessToken: Type.String(),
  refreshToken: nullable(Type.String()),
  expiresInSeconds: Type.Number(),
  refreshTokenExpiresInSeconds: nullable(Type.Number()),
  scope: nullable(Type.String()),
});

const heldAuthorization = Type.Object({
  tokens,
  furtherTokens: Type.Array(Type.Object({ resource: Type.String(), tokens })),
  identity: Type.Object({
    issuer: Type.String(),
    subject: Type.String(),
    email: nullable(Type.String()),
    name: Type.String(),
    entraTenantId: nullable(Type.String()),
    isManaged: Type.Boolean(),
  }),
  addresses: Type.Array(Type.String()),
});

/** With tokens as text: only ever in sealed form (held-authorization.ts). */
export type HeldText = Static<typeof heldAuthorization>;

export const heldAuthorizationColumn: Parser<HeldText> = parserOf(heldAuthorization);

export type StoredCredential = {
  kind: CredentialKind;
  reference: string | null;
  expiresAt: number | null;
  /** Missing in a row of an older release. */
  addedAt?: number;
};

export const credentialColumn: Parser<StoredCredential> = parserOf(
  Type.Object({
    kind: Type.Enum(wordsOf(credentialKinds)),
    reference: nullable(Type.String()),
    expiresAt: nullable(Type.Integer()),
    addedAt: Type.Optional(Type.Integer()),
  }),
);

export const examinationColumn: Parser<ClientExamination> = parserOf(
  Type.Object({
    examinedAt: Type.Integer(),
    steps: Type.Array(
      Type.Object({
        subject: Type.Enum(wordsOf(examinationSubjects)),
        result: Type.Enum(wordsOf(examinationResults)),
        reason: nullable(reason),
        provider: nullable(providerWords),
      }),
    ),
  }),
);

export const providerWordsColumn: Parser<ProviderWords> = parserOf(providerWords);

export const grantFailureColumn: Parser<GrantFailure> = parserOf(
  Type.Object({ reason, provider: providerWords }),
);

export const metadataColumn: Parser<Record<string, string>> = parserOf(
  Type.Record(Type.String(), Type.String()),
);

/** Scopes, addresses. */
export const textsColumn: Parser<string[]> = parserOf(Type.Array(Type.String()));

export const sealedPositionColumn: Parser<SealedPosition> = parserOf(
  Type.Object({ table: Type.String(), after: Type.Array(Type.String()) }),
);

const dialects = Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()));

export const dialectsColumn: Parser<Record<string, Record<string, unknown>>> = parserOf(dialects);

/** Every member may be missing: a row of an older release does not have those that came later. */
export const workspaceSettingsColumn: Parser<StoredWorkspaceSettings> = parserOf(
  Type.Partial(
    Type.Object({
      oauthTokensApi: Type.Boolean(),
      returnUrls: Type.Array(Type.String()),
      customerLinkGeneration: Type.Integer({ minimum: 0 }),
      branding: Type.Partial(
        Type.Object({
          displayName: nullable(Type.String()),
          logo: nullable(
            Type.Object({ mediaType: Type.Enum(wordsOf(logoMediaTypes)), base64: Type.String() }),
          ),
          accentColor: nullable(Type.String()),
          origin: nullable(Type.String()),
          supportUrl: nullable(Type.String()),
          privacyUrl: nullable(Type.String()),
        }),
      ),
    }),
  ),
);

/** Every member may be missing, as above. */
export const mailboxSettingsColumn: Parser<MailboxSettingsChanges> = parserOf(
  Type.Partial(
    Type.Object({
      firstName: nullable(Type.String()),
      lastName: nullable(Type.String()),
      dailyMax: nullable(Type.Number()),
      sendingGapMinutes: nullable(Type.Number()),
      signature: nullable(Type.String()),
      replyTo: nullable(Type.String()),
      bcc: nullable(Type.String()),
      trackingDomain: nullable(Type.String()),
      sendingPaused: Type.Boolean(),
      warmup: Type.Partial(
        Type.Object({
          wanted: Type.Boolean(),
          messagesPerDay: nullable(Type.Number()),
          rampUpPerDay: nullable(Type.Number()),
          replyRatePercent: nullable(Type.Number()),
          key: nullable(Type.String()),
          adjustsItself: nullable(Type.Boolean()),
          rampsUp: nullable(Type.Boolean()),
        }),
      ),
      dialects,
    }),
  ),
);

export type StoredVerification = Omit<Verification, 'results'> & {
  results: (Omit<TransportResult, 'reason'> & { reason: string })[];
};

/** A newer release, which runs beside this one during an update, may give a reason that this one does not know. */
export const verificationColumn: Parser<StoredVerification> = parserOf(
  Type.Object({
    verifiedAt: Type.Integer(),
    results: Type.Array(
      Type.Object({
        transport: Type.Enum(wordsOf(transports)),
        ok: Type.Boolean(),
        reason: Type.String(),
        detail: nullable(Type.String()),
        durationMilliseconds: Type.Number(),
      }),
    ),
  }),
);

/** An object of any members: an event's data, a job's. */
export const dataColumn: Parser<Record<string, unknown>> = parserOf(
  Type.Record(Type.String(), Type.Unknown()),
);

const statusCounts = Type.Array(
  Type.Object({ provider: Type.String(), status: Type.String(), count: Type.Integer() }),
);

export const countsColumn: Parser<Omit<InstallationTotals, 'countedAt'>> = parserOf(
  Type.Object({ grants: statusCounts, mailboxes: statusCounts }),
);
