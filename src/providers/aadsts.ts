// Entra's error numbers (AADSTS): what each says about the reason. The OAuth `error` decides, because Microsoft
// warns that the numbers change; only those marked `decides` overrule it. Meanings: Microsoft's list of
// authentication error codes; the classes and reasons are our own judgement.
import type { ReasonCode } from '../core/diagnosis.ts';

/** `decides`: the number is more truthful than the OAuth `error` that it comes with. */
export type AadstsMeaning = { reason: ReasonCode; decides?: 'transient' | 'oauth_client' };

const reasons = (reason: ReasonCode, ...codes: number[]): [number, AadstsMeaning][] =>
  codes.map((code) => [code, { reason }]);
/** Temporary trouble that Entra also reports as `invalid_grant` or `invalid_request`. */
const transient = (reason: ReasonCode, ...codes: number[]): [number, AadstsMeaning][] =>
  codes.map((code) => [code, { reason, decides: 'transient' }]);
/** The registration or its secret is refused, whatever the OAuth `error` says. */
const client = (reason: ReasonCode, ...codes: number[]): [number, AadstsMeaning][] =>
  codes.map((code) => [code, { reason, decides: 'oauth_client' }]);

export const aadstsTable: ReadonlyMap<number, AadstsMeaning> = new Map([
  // The person has to sign in again
  ...reasons('sign_in_required', 50055, 50056, 50058, 50072, 50074, 50076, 50078, 50079, 50085, 50089),
  ...reasons('sign_in_required', 50126, 50131, 50132, 50140, 50144, 50158, 50199, 53004, 530036),
  /** 50133, 50173: password or sessions reset; 70000: revoked, changed, sometimes passing. */
  ...reasons('grant_revoked', 50133, 50173, 70000),
  ...reasons('grant_idle', 70008, 700082),
  /** A Conditional Access policy limits how long a sign-in lasts. */
  ...reasons('session_control', 70043, 70044),
  /** Redeemed twice, or at another directory than it was given at. */
  ...reasons('callback_invalid', 54005, 700005),
  ...reasons('access_denied', 65004),
  ...reasons('consent_required', 65001),

  // The organisation's administrator has to act
  ...reasons('admin_consent_required', 50001, 90094, 90095, 500011, 650052),
  ...reasons('blocked_by_policy', 50097, 50129, 53000, 53001, 53002, 53003, 53011, 500021, 500022, 500212),
  ...reasons('blocked_by_policy', 500213, 530032, 530034, 530035, 1000031),
  /** 50053: locked after too many tries, or from an address of ill repute; 50105: not assigned. */
  ...reasons('account_disabled', 50053, 50057, 50105),
  ...reasons('account_not_found', 16000, 50020, 50034, 51004, 90002, 90038, 90072, 500208, 900382, 900432),

  // The registration
  ...client('client_secret_wrong', 70002, 7000215, 700027),
  ...client('client_secret_expired', 7000222),
  ...client('client_unknown', 70001, 700016, 7000112),
  ...client('client_misconfigured', 7000218, 700025),
  /** 700084: registered as a single-page application, whose refresh tokens end after 24 hours. */
  ...reasons('client_misconfigured', 50011, 50194, 65005, 65006, 650054, 650056, 650057, 700011, 700084),
  ...reasons('client_misconfigured', 900971),

  // Ours to repair
  ...reasons('request_refused', 28000, 28002, 28003, 50059, 50128, 70011, 70016, 70018, 70019, 90004, 90013),
  ...reasons('request_refused', 90014, 90019, 90023, 90027, 90056, 90124, 90130, 700022, 700023, 900144),
  ...reasons('request_refused', 900561, 901002, 7000012, 9001023, 9002313, 9002332),

  // Wait
  ...transient('provider_rate_limited', 50196, 90055),
  ...transient('provider_unavailable', 40010, 50033, 50087, 70012, 80001, 80002, 80005, 80007, 80012, 80013),
  ...transient('provider_unavailable', 80014, 90006, 90012, 90024, 90033, 90090, 135004),
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
