// What trying a registration came to: one finding per subject, put together from several tries.
import type { ReasonCode } from '../core/diagnosis.ts';
import type { ProviderFailure, ProviderWords, RegistrationFinding } from '../core/ports.ts';

export type Subject = RegistrationFinding['subject'];

export const passed = (...subjects: Subject[]): RegistrationFinding[] =>
  subjects.map((subject) => ({ subject, result: 'passed', reason: null, provider: null }));

export const failed = (
  subject: Subject,
  reason: ReasonCode,
  provider: ProviderWords | null,
): RegistrationFinding => ({ subject, result: 'failed', reason, provider });

/** Tried, and not to be told. By default only somebody's sign-in can tell. */
export const unknown = (
  subjects: readonly Subject[],
  reason: ReasonCode = 'test_mailbox_needed',
  provider: ProviderWords | null = null,
): RegistrationFinding[] => subjects.map((subject) => ({ subject, result: 'unknown', reason, provider }));

/** Which part of the registration a refusal is about, in the order in which a provider looks at them. */
const subjectReasons: readonly (readonly [Subject, ReadonlySet<ReasonCode>])[] = [
  ['directory', new Set(['tenant_unknown', 'wrong_cloud', 'client_single_tenant'])],
  ['client_id', new Set(['client_unknown', 'client_misconfigured'])],
  ['redirect_uri', new Set(['redirect_uri_mismatch'])],
  [
    'credential',
    new Set([
      'client_secret_wrong',
      'client_secret_expired',
      'client_assertion_refused',
      'credential_unavailable',
      'service_account_unknown',
    ]),
  ],
];

/**
 * A refusal put on its subject: what a provider looks at before it has passed, what comes after was not reached. Null
 * when the refusal is about none of them. `subjects`: those that the try is able to tell.
 */
export const refusalFindings = (
  subjects: readonly Subject[],
  { reason, provider }: Pick<ProviderFailure, 'reason' | 'provider'>,
): RegistrationFinding[] | null => {
  const subject = subjectReasons.find(([, reasons]) => reasons.has(reason))?.[0];
  if (subject === undefined || !subjects.includes(subject)) return null;
  // Nobody was asked when the credential could not even be read.
  const earlier = reason === 'credential_unavailable' ? [] : subjects.slice(0, subjects.indexOf(subject));
  return [...passed(...earlier), failed(subject, reason, provider)];
};

const order: readonly Subject[] = ['directory', 'client_id', 'credential', 'redirect_uri', 'delegation'];
const strength = { failed: 2, passed: 1, unknown: 0 } as const satisfies Record<
  RegistrationFinding['result'],
  number
>;

/** One per subject: a refusal beats a proof, and a proof beats doubt. */
export const merge = (findings: readonly RegistrationFinding[]): RegistrationFinding[] =>
  order.flatMap((subject) => {
    const about = findings.filter((finding) => finding.subject === subject);
    const [strongest] = about.sort((one, other) => strength[other.result] - strength[one.result]);
    return strongest === undefined ? [] : [strongest];
  });
