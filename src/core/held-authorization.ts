// What came back from the provider, kept sealed until the caller's backend confirms the session. Nothing of it is
// usable before: no mailbox, no grant, no token read.
import type { Authorized } from './code-exchange.ts';

export type HeldAuthorization = Omit<Authorized, 'client'>;
