// Entra's error numbers (AADSTS): what each says about the reason. The OAuth `error` decides, because Microsoft
// warns that the numbers change; only those marked `decides` overrule it. Meanings: Microsoft's list of
// authentication error codes; the classes and reasons are our own judgement.

import type { ReasonCode } from '../core/diagnosis.ts';
import type { ProviderFailure } from '../core/ports.ts';

export type AadstsMeaning = {
  reason: ReasonCode;
  /** The number is more truthful than the OAuth `error` that it comes with. */
  decides?: ProviderFailure['kind'];
  /** Seen to pass by itself: worth asking once more before a grant is given up. */
  isDoubtful?: true;
  /** Of one grant: others of the same OAuth client are not meant. */
  isOfGrant?: true;
  /** Seconds to leave the provider alone, whatever the answer's header says. */
  waitsAtLeast?: number;
};

const all = (meaning: AadstsMeaning, codes: number[]): [number, AadstsMeaning][] =>
  codes.map((code) => [code, meaning]);
const reasons = (reason: ReasonCode, ...codes: number[]) => all({ reason }, codes);
/** Temporary trouble that Entra also reports as `invalid_grant` or `invalid_request`. */
const transient = (reason: ReasonCode, ...codes: number[]) => all({ reason, decides: 'transient' }, codes);
/** The registration or its secret is refused, whatever the OAuth `error` says. */
const client = (reason: ReasonCode, ...codes: number[]) => all({ reason, decides: 'oauth_client' }, codes);
/** About this request, so it may neither end a grant nor pause a client, whatever the OAuth `error` says. */
const request = (reason: ReasonCode, ...codes: number[]) => all({ reason, decides: 'request' }, codes);

export const aadstsTable: ReadonlyMap<number, AadstsMeaning> = new Map([
  // The person has to sign in again
  ...reasons('sign_in_required', 50056, 50058, 50072, 50074, 50076, 50078, 50079, 50085),
  ...reasons('sign_in_required', 50126, 50131, 50132, 50158, 53004, 530036),
  ...reasons('password_expired', 50055, 50144),
  /** Harmless stops half-way: keep me signed in?, is it you?, a page left open, the back button. */
  ...reasons('sign_in_interrupted', 50089, 50140, 50199),
  ...request('sign_in_interrupted', 135004, 900561),
  /** Password or sessions reset. */
  ...reasons('grant_revoked', 50133, 50173),
  /** Revoked or changed, but seen to pass; also how personal accounts name a scope that was not granted. */
  ...all({ reason: 'grant_revoked', isDoubtful: true }, [70000]),
  ...reasons('grant_idle', 70008, 700082),
  ...reasons('sign_in_frequency', 70043, 70044),
  /** Redeemed twice, or at another directory than it was given at. */
  ...reasons('callback_invalid', 54005, 700005),
  ...reasons('access_denied', 65004),
  ...reasons('consent_required', 65001),
  ...reasons('account_not_found', 16000, 50020, 50034, 51004, 90072, 500208),

  // The organisation's administrator has to act
  ...reasons('admin_consent_required', 90094, 90095),
  /** The directory has no service principal of the app. */
  ...request('admin_consent_required', 7000229),
  ...reasons('mail_service_missing', 50001, 500011, 650052),
  ...reasons('conditional_access', 50097, 50129, 53000, 53001, 53002, 53003, 530032),
  ...reasons('security_defaults', 530035),
  ...reasons('account_at_risk', 53011, 530034),
  ...reasons('blocked_by_policy', 500021, 500022, 500212, 500213, 1000031),
  /** Locked after too many tries, or from an address of ill repute: that passes. */
  ...all({ reason: 'account_locked', isDoubtful: true }, [50053]),
  ...reasons('account_disabled', 50057),
  ...reasons('user_not_assigned', 50105),

  // The registration: its credential, and whether it is known, pause the OAuth client
  ...client('client_secret_wrong', 70002, 7000215),
  ...client('client_assertion_refused', 700027),
  ...client('client_secret_expired', 7000222),
  ...client('client_unknown', 70001, 700011, 700016, 7000112),
  ...client('client_misconfigured', 700025, 7000218),
  // Its details do not: they show with the one request that stumbled over them
  ...request('redirect_uri_mismatch', 50011, 500112, 900971),
  ...request('client_single_tenant', 50194),
  ...request('account_type_refused', 90124, 90130, 9001023, 9002332),
  ...request('permission_not_offered', 65005, 65006, 650054, 650056, 650057),
  ...request('tenant_unknown', 90002),
  ...request('wrong_cloud', 90038, 900382, 900432),
  /** A refresh token of a single-page application ends after 24 hours. */
  ...reasons('client_registered_as_spa', 700084),

  // Ours to repair. Some of them come as `invalid_grant`
  ...request('request_refused', 28000, 28002, 28003, 50059, 50128, 70011, 70016, 70018, 70019, 90004, 90013),
  ...request('request_refused', 90014, 90019, 90023, 90027, 90056, 700022, 700023, 900144, 901002, 7000012),
  ...request('request_refused', 9002313),

  // Wait
  /** A client in a loop; shorter pauses keep the loop alive in Entra's eyes. */
  ...all(
    { reason: 'provider_rate_limited', decides: 'transient', waitsAtLeast: 300, isOfGrant: true },
    [50196],
  ),
  ...transient('provider_rate_limited', 90055),
  ...transient('provider_unavailable', 40010, 50033, 50087, 70012, 80001, 80002, 80005, 80007, 80012, 80013),
  ...transient('provider_unavailable', 80014, 90006, 90012, 90024, 90033, 90090),
]);

/** The first number that the table knows: Entra puts the outermost first. */
export const aadstsMeaning = (codes: readonly number[]): AadstsMeaning | null => {
  for (const code of codes) {
    const meaning = aadstsTable.get(code);
    if (meaning !== undefined) return meaning;
  }
  return null;
};

/** `AADSTS65004: ...` at the start of a description: the callback has no list of numbers. */
export const aadstsNumbers = (description: string | null): number[] => {
  const number = description?.match(/^AADSTS(\d{5,8})\b/)?.[1];
  return number === undefined ? [] : [Number(number)];
};
