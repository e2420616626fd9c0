// How the doctor judges what it finds: pure functions from what is stored, or what came back, to a result in words.
import type { ClientCredential } from './client-credentials.ts';
import { type ReasonCode, verdictOf } from './diagnosis.ts';
import type { DoctorStep } from './doctor.ts';
import type { Grant } from './grants.ts';
import { lackingScopesOf } from './lacking-scopes.ts';
import type { Mailbox } from './mailboxes.ts';
import type { OAuthClient, ProviderName } from './oauth-clients.ts';
import type { MailboxWithGrant, Ports, Profile, ProviderWords, Transport } from './ports.ts';
import type { RefreshOutcome } from './refresh.ts';
import type { TransportResult } from './verification.ts';

export type Judgement = Pick<DoctorStep, 'result' | 'verdict' | 'detail' | 'provider'>;

type Said = { detail?: string | null; provider?: ProviderWords | null };

export const passed = (detail: string | null = null): Judgement => ({
  result: 'passed',
  verdict: null,
  detail,
  provider: null,
});

export const skipped = (detail: string): Judgement => ({ ...passed(detail), result: 'skipped' });

const judged =
  (result: 'failed' | 'warned') =>
  (reason: ReasonCode | null, { detail = null, provider = null }: Said = {}): Judgement => ({
    result,
    verdict: reason === null ? null : verdictOf(reason),
    detail,
    provider,
  });

const failed = judged('failed');
const warned = judged('warned');

const dayMilliseconds = 24 * 3600 * 1000;

/** From here on the end of a credential or of a refresh token is worth a word. */
const credentialSoonDays = 30;
const refreshTokenSoonDays = 3;
/** Entra lets a refresh token lapse after 90 days without use; Google after six months. */
const idleDays = 60;
/** Google ends what people allow a registration in testing after seven days. */
const testingDays = { least: 6.9, most: 7.1 } as const;

export const transportTitles = {
  imap: 'IMAP',
  smtp: 'SMTP',
  gmail_api: 'Gmail API',
  graph: 'Microsoft Graph',
} as const satisfies Record<Transport, string>;

export const judgeMailbox = ({ disabledAt }: Mailbox): Judgement =>
  disabledAt === null
    ? passed()
    : failed('mailbox_switched_off', { detail: `It was switched off at ${dateOf(disabledAt)}.` });

/** `canOpen`: whether a credential opens with the keys that are here. */
export function judgeOAuthClient(
  client: OAuthClient,
  { now, canOpen }: { now: number; canOpen: (credential: ClientCredential) => boolean },
): Judgement {
  if (client.deletedAt !== null) {
    return failed('oauth_client_deleted', { detail: `Deleted at ${dateOf(client.deletedAt)}.` });
  }
  const { credential, nextCredential, status, pausedReason, pausedAt } = client;
  if (status === 'paused') {
    return failed(pausedReason ?? 'client_misconfigured', {
      provider: client.pausedWords,
      detail: `The provider refused it at ${dateOf(pausedAt ?? client.updatedAt)}; it is paused since.`,
    });
  }
  if (!canOpen(credential)) {
    const detail = `Its credential is sealed under a key that is not here. Its id is ${client.id}.`;
    const isReplaced = nextCredential !== null && canOpen(nextCredential);
    return isReplaced
      ? warned('credential_unavailable', { detail: `${detail} The next one is used in its place.` })
      : failed('credential_unavailable', { detail });
  }
  const { expiresAt } = credential;
  const next =
    nextCredential === null ? 'No next one is entered.' : 'The next one is entered and takes over.';
  if (expiresAt === null) return passed(nextCredential === null ? null : next);
  const isOver = expiresAt <= now;
  const detail = `Its credential ${isOver ? 'ended' : 'ends'} at ${dateOf(expiresAt)}. ${next}`;
  if (nextCredential !== null || expiresAt - now > credentialSoonDays * dayMilliseconds)
    return passed(detail);
  // By its date alone: whether the provider still takes it, the renewal tells.
  return warned(isOver ? 'client_secret_expired' : 'client_secret_expiring', { detail });
}

export function judgeGrant(grant: Grant, now: number): Judgement {
  const { failure, refreshTokenExpiresAt } = grant;
  const detail = factsOf(grant, now);
  const said = { detail, provider: failure?.provider ?? null };
  if (grant.status !== 'active') return failed(failure?.reason ?? 'grant_revoked', said);
  if (refreshTokenExpiresAt !== null && refreshTokenExpiresAt <= now) return failed('grant_revoked', said);
  if (failure) return warned(failure.reason, said);
  if (isOfTesting(grant)) return warned('grant_testing_mode', said);
  const isSoon =
    refreshTokenExpiresAt !== null && refreshTokenExpiresAt - now < refreshTokenSoonDays * dayMilliseconds;
  const isIdle = grant.refreshToken !== null && now - grant.refreshedAt > idleDays * dayMilliseconds;
  return isSoon || isIdle ? warned(null, said) : passed(detail);
}

function factsOf(
  { provider, consentedAt, refreshedAt, refreshTokenExpiresAt, refreshToken }: Grant,
  now: number,
) {
  const consentDays = (now - consentedAt) / dayMilliseconds;
  const isYoungAtGoogle = provider === 'google' && refreshToken !== null && consentDays < testingDays.most;
  return [
    `Given ${daysAgo(consentedAt, now)}, renewed last ${daysAgo(refreshedAt, now)}.`,
    refreshToken === null ? 'Tokens are minted without a sign-in.' : null,
    refreshTokenExpiresAt === null ? null : `The refresh token ends at ${dateOf(refreshTokenExpiresAt)}.`,
    isYoungAtGoogle
      ? 'If the OAuth client is still in testing at Google, it ends seven days after consent.'
      : null,
  ]
    .filter((text) => text !== null)
    .join(' ');
}

/** Google then names the end itself: seven days after the consent, to the hour. */
function isOfTesting({ provider, consentedAt, refreshTokenExpiresAt }: Grant): boolean {
  if (provider !== 'google' || refreshTokenExpiresAt === null) return false;
  const days = (refreshTokenExpiresAt - consentedAt) / dayMilliseconds;
  return days >= testingDays.least && days <= testingDays.most;
}

export function judgeRefresh(outcome: RefreshOutcome): Judgement {
  switch (outcome.outcome) {
    case 'token':
      return passed(outcome.refreshed ? 'The provider issued a new one.' : 'A new one had just been issued.');
    case 'dead': {
      const { failure } = outcome.grant;
      return failed(failure?.reason ?? 'grant_revoked', { provider: failure?.provider ?? null });
    }
    case 'failed':
      return failed(outcome.failure.reason, { provider: outcome.failure.provider });
    case 'client_paused':
      return failed(outcome.oauthClient.pausedReason ?? 'client_misconfigured', {
        detail: 'The provider refuses the OAuth client; it is paused.',
      });
    case 'client_deleted':
      return failed('oauth_client_deleted');
    case 'not_granted':
      return failed('scope_missing');
    case 'timeout':
      return failed('provider_timeout', { detail: 'Another process renews it and has not finished.' });
    default:
      return outcome satisfies never;
  }
}

export function judgeScope(ports: Pick<Ports, 'providers'>, joined: MailboxWithGrant): Judgement {
  const { grant, oauthClient } = joined;
  if (grant.lostScopes.length > 0) {
    return failed('scope_missing', {
      detail: `Given once, and not any more: ${grant.lostScopes.join(', ')}.`,
    });
  }
  const lacking = lackingScopesOf(ports, joined);
  if (lacking.length > 0) {
    return warned('consent_required', {
      detail: `The OAuth client asks for more than this mailbox has given: ${lacking.join(', ')}.`,
    });
  }
  const provider = ports.providers[grant.provider];
  const profile = (['full', 'api', 'send_only'] satisfies Profile[]).find(
    (name) => provider.missingScopes(oauthClient, name, grant.scope).length === 0,
  );
  return profile === undefined
    ? warned(null, { detail: 'What was given fits no profile: some ways to the mailbox are closed.' })
    : passed(`All that the profile ${profile} needs.`);
}

export const judgeTransport = ({ ok, reason, detail }: TransportResult): Judgement =>
  ok ? passed(detail) : failed(reason, { detail });

const mailHosts = {
  google: { name: 'Google', hosts: /(^|\.)(google|googlemail)\.com\.?$/i },
  microsoft: {
    name: 'Microsoft',
    hosts:
      /(^|\.)(outlook\.com|mx\.microsoft|outlook\.office365\.us|office365\.us|partner\.outlook\.cn)\.?$/i,
  },
} as const satisfies Record<ProviderName, { name: string; hosts: RegExp }>;

/** Only ever a warning: mail may go through another service on its way. */
export function judgeDomain(provider: ProviderName, domain: string, hosts: string[] | null): Judgement {
  const own = mailHosts[provider];
  if (hosts === null) return skipped('The DNS did not answer.');
  if (hosts.some((host) => own.hosts.test(host))) return passed(`Its mail goes to ${own.name}.`);
  const real = hosts.filter((host) => host !== '' && host !== '.');
  return warned(null, {
    detail:
      real.length === 0
        ? `The DNS names no mail server for ${domain}, so nobody can answer to this address.`
        : `Mail to ${domain} goes to ${real.slice(0, 3).join(', ')}, which is not ${own.name}: answers may not arrive in this mailbox.`,
  });
}

const dateOf = (at: number): string => new Date(at).toISOString();

function daysAgo(at: number, now: number): string {
  const days = Math.floor((now - at) / dayMilliseconds);
  return days < 1 ? 'today' : days === 1 ? 'a day ago' : `${days} days ago`;
}
