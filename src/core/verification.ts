import type { ReasonCode } from './diagnosis.ts';
import type { Transport } from './ports.ts';

export type TransportResult = {
  transport: Transport;
  ok: boolean;
  reason: ReasonCode;
  /** What the server said, without secrets, cut to 500 characters; null when it works or said nothing. */
  detail: string | null;
  durationMilliseconds: number;
};

export type Verification = { verifiedAt: number; results: TransportResult[] };
