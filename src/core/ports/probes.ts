// Mail servers: the proof that one access token opens one transport.
import type { Secret } from '../secret.ts';
import type { TransportResult } from '../verification.ts';
import type { Transport, TransportTarget } from './providers.ts';

export type ProbeLogin = {
  /** The mailbox: the `user` of XOAUTH2, and the path of an API when the token is not its own. */
  email: string;
  accessToken: Secret<string>;
  /** Of the token, where a probe depends on it. */
  scope?: string;
  /** `other`: the token is a delegate's (shared mailbox) or an OAuth client's own (app-only). */
  names: 'own' | 'other';
  /** The OAuth client's own token, of no person. */
  isAppOnly: boolean;
};

/** Proves one transport with one access token. Never throws for what the server does; ends by `signal`. */
export type Probe = (
  target: TransportTarget,
  login: ProbeLogin,
  signal: AbortSignal,
) => Promise<TransportResult>;

export type Probes = Record<Transport, Probe>;
