// How often a provider was asked to refresh, faults and calls without an answer included.
import type { Sandbox, SandboxProvider } from '../../sandbox/index.ts';

export const refreshesAsked = ({ journal }: Sandbox, provider: SandboxProvider): number =>
  journal.entries({ provider, kind: 'refresh' }).length;
