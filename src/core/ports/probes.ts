// Mail servers: the proof that one access token opens one transport.
import type { Secret } from '../secret.ts';
import type { TransportResult } from '../verification.ts';
import type { Transport, TransportTarget } from './providers.ts';

/** Proves one transport with one access token. Never throws for what the server does; ends by `signal`. */
export type Probe = (
  target: TransportTarget,
  /** `scope` of the token, where a probe depends on it. */
  login: { email: string; accessToken: Secret<string>; scope?: string },
  signal: AbortSignal,
) => Promise<TransportResult>;

export type Probes = Record<Transport, Probe>;
