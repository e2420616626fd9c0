// What a proof over the mail servers says about an address that was claimed.
import { type ReasonCode, verdictTable } from './diagnosis.ts';
import type { TransportResult } from './verification.ts';

/**
 * One transport that works proves the address. Without one a mail server that is down keeps nobody out whose address
 * the provider vouched for; an address that is only claimed is not believed.
 */
export function objectionToProof(
  results: readonly TransportResult[],
  { isVouchedFor }: { isVouchedFor: boolean },
): { reason: ReasonCode } | null {
  if (results.some(({ ok }) => ok)) return null;
  const final = results.find(({ reason }) => !verdictTable[reason].healsItself);
  if (!final && isVouchedFor) return null;
  const { reason } = final ?? results[0] ?? { reason: 'authentication_refused' as const };
  return { reason };
}
