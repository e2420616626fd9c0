// Whether this process wants requests: what /readyz tells a load balancer, and what a drain changes.

export type Readiness = { state: 'starting' | 'ready' | 'draining' };

export const createReadiness = (): Readiness => ({ state: 'starting' });
