// Refusals of tokens that no person has to consent to (RFC 7523, RFC 6749 section 4.4), over what token-errors.ts says:
// there is no grant that could end, and what one organisation has not allowed is not the OAuth client's fault.
import type { ReasonCode } from '../core/diagnosis.ts';
import type { GrantType } from '../core/oauth-clients.ts';
import type { ProviderFailure } from '../core/ports.ts';

type Judgement = Pick<ProviderFailure, 'kind' | 'reason'>;
type Row = { error: string; says?: RegExp; judgement: Judgement };

const request = (reason: ReasonCode): Judgement => ({ kind: 'request', reason });
const client = (reason: ReasonCode): Judgement => ({ kind: 'oauth_client', reason });

/** Google gives no numbers. The first row whose words are in the description counts; one without words takes the rest. */
const googleRows: readonly Row[] = [
  // Our clock or our endpoint table is wrong. The key is not.
  {
    error: 'invalid_grant',
    says: /timeframe|short-lived|\biat\b|audience/i,
    judgement: request('request_refused'),
  },
  { error: 'invalid_grant', says: /invalid email or user id/i, judgement: request('mailbox_not_found') },
  {
    error: 'invalid_grant',
    says: /account (?:has been )?(?:disabled|suspended)/i,
    judgement: request('account_disabled'),
  },
  { error: 'invalid_grant', says: /account not found/i, judgement: client('service_account_unknown') },
  {
    error: 'invalid_grant',
    says: /jwt|signature|invalid_key/i,
    judgement: client('service_account_unknown'),
  },
  { error: 'invalid_grant', judgement: request('request_refused') },
  // In this grant it is the service account that is unknown, and there is no secret that could be wrong.
  { error: 'invalid_client', judgement: client('service_account_unknown') },
  { error: 'deleted_client', judgement: client('service_account_unknown') },
  { error: 'disabled_client', judgement: client('service_account_unknown') },
  { error: 'unauthorized_client', judgement: request('delegation_missing') },
  { error: 'access_denied', judgement: request('delegation_missing') },
];

/** The directory has no service principal of the app: nobody there has consented to it. */
const consentMissing = 7000229;

/** The failure as it counts for a minted token; its kind is never `grant`. */
export const asMintFailure = (grantType: GrantType, failure: ProviderFailure): ProviderFailure => {
  const { isDoubtful: _, ...plain } = failure;
  if (failure.kind === 'transient') return plain;
  return { ...plain, ...(grantType === 'jwt_bearer' ? judgeGoogle(plain) : judgeEntra(plain)) };
};

const judgeGoogle = ({ kind, reason, provider }: ProviderFailure): Judgement => {
  const row = googleRows.find(
    ({ error, says }) => error === provider.error && (says?.test(provider.description ?? '') ?? true),
  );
  return row?.judgement ?? { kind: withoutGrant(kind), reason };
};

const judgeEntra = ({ kind, reason, provider }: ProviderFailure): Judgement =>
  provider.errorCodes[0] === consentMissing
    ? request('admin_consent_required')
    : { kind: withoutGrant(kind), reason: reason === 'grant_revoked' ? 'request_refused' : reason };

const withoutGrant = (kind: ProviderFailure['kind']): ProviderFailure['kind'] =>
  kind === 'grant' ? 'request' : kind;
