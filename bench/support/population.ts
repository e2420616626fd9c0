// Mailboxes in bulk, straight into the tables: rows as the store writes them, sealed values included, so that every
// read works. What an import does besides (verification, events) is not done.
import type { Grant, TokenSet } from '../../src/core/grants.ts';
import { type ProviderName, secret } from '../../src/core/index.ts';
import { noSettings } from '../../src/core/mailbox-settings.ts';
import type { Mailbox } from '../../src/core/mailboxes.ts';
import type { Keyring } from '../../src/stores/keyring.ts';
import { rowFromGrant } from '../../src/stores/operations/grant-rows.ts';
import { rowFromMailbox } from '../../src/stores/operations/mailbox-rows.ts';
import { rowFromTokenSet } from '../../src/stores/operations/token-sets.ts';
import { grantIdOf, mailboxIdOf } from './ids.ts';

export type Population = {
  /** Indexes `from` to `from + count - 1`. */
  from: number;
  count: number;
  provider: ProviderName;
  /** Every so manieth is due to be kept alive, the others in a week. Left out: none is. */
  dueEvery?: number;
  /** Of the access tokens. A day unless said otherwise: longer than any bench runs. */
  expiresInSeconds?: number;
};

/** Whose the rows are, and under which key they are sealed. */
export type Owner = { workspaceId: string; oauthClientIds: Record<ProviderName, string>; keyring: Keyring };

export type Rows = { table: 'grants' | 'token_sets' | 'mailboxes'; row: Record<string, unknown> }[];

const hour = 3_600_000;
const week = 7 * 24 * hour;
/** Prime, and near the golden section of an hour: neighbours come to lie far apart. */
const scattered = 2_224_921;

/** Lengths as the providers give them: about 220 characters of access token at Google, 1,800 at Microsoft. */
const facts = {
  google: {
    issuer: 'https://accounts.google.com',
    resource: 'https://mail.google.com/',
    scope: 'https://mail.google.com/ openid https://www.googleapis.com/auth/userinfo.email',
    accessTokenLength: 220,
    refreshTokenLength: 103,
    entraTenantId: null,
  },
  microsoft: {
    issuer: 'https://login.microsoftonline.com/5f7d1ad4-0000-4000-8000-000000000001/v2.0',
    resource: 'https://outlook.office.com',
    scope: 'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send',
    accessTokenLength: 1_800,
    refreshTokenLength: 1_200,
    entraTenantId: '5f7d1ad4-0000-4000-8000-000000000001',
  },
} as const satisfies Record<ProviderName, unknown>;

/** Unlike for every mailbox, of a fixed length. */
const tokenOf = (kind: string, index: number, length: number): string =>
  `${kind}.${index.toString(36).padStart(8, '0')}.`.padEnd(length, 'Qm9ndXMtdG9rZW4');

/** In an order that references allow: grant, token set, mailbox. */
export function rowsOf(index: number, population: Population, owner: Owner, now: number): Rows {
  const { provider } = population;
  const { keyring, workspaceId } = owner;
  const fact = facts[provider];
  const isDue = population.dueEvery !== undefined && index % population.dueEvery === 0;
  const obtainedAt = now - 60_000;
  const grant: Grant = {
    id: grantIdOf(index),
    workspaceId,
    oauthClientId: owner.oauthClientIds[provider],
    provider,
    issuer: fact.issuer,
    subject: String(100_000_000_000 + index),
    entraTenantId: fact.entraTenantId,
    scope: fact.scope,
    lostScopes: [],
    refreshToken: secret(tokenOf('refresh', index, fact.refreshTokenLength)),
    refreshTokenExpiresAt: null,
    status: 'active',
    failure: null,
    version: 1,
    leaseOwner: null,
    leaseUntil: 0,
    retryAt: null,
    consentedAt: obtainedAt,
    refreshedAt: obtainedAt,
    // Spread, as jitter spreads them; and due in another order than that of the rows, so that a batch of due ones lies
    // all over the table.
    keepAliveAt: isDue
      ? now - hour - ((index * scattered) % hour)
      : now + week / 2 + (index % 302_400) * 1000,
    endsAt: null,
    endWarnedDays: null,
    createdAt: obtainedAt,
    updatedAt: obtainedAt,
  };
  const tokenSet: TokenSet = {
    grantId: grant.id,
    resource: fact.resource,
    accessToken: secret(tokenOf('access', index, fact.accessTokenLength)),
    scope: fact.scope,
    obtainedAt,
    expiresAt: now + (population.expiresInSeconds ?? 86_400) * 1000,
    readAt: null,
  };
  const mailbox: Mailbox = {
    id: mailboxIdOf(index),
    workspaceId,
    grantId: grant.id,
    provider,
    email: `person${index.toString().padStart(8, '0')}@example.com`,
    delegateEmail: null,
    aliases: [],
    name: '',
    customer: null,
    metadata: {},
    number: index + 1,
    externalId: null,
    settings: noSettings,
    disabledAt: null,
    verification: null,
    verifyDueAt: null,
    createdAt: obtainedAt,
    updatedAt: obtainedAt,
  };
  return [
    { table: 'grants', row: rowFromGrant(grant, keyring) },
    { table: 'token_sets', row: rowFromTokenSet(tokenSet, keyring) },
    { table: 'mailboxes', row: rowFromMailbox(mailbox) },
  ];
}
