// Refuses posts that another site's page makes. The link's token already is a capability; this keeps a page
// that learned a link from sending its visitors on to the provider without their seeing who asks.
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../core/index.ts';

/** `origin`: of the page. Throws `permission_denied`. Clients that are no browsers send neither header. */
export function requireSameSite({ headers }: FastifyRequest, origin: string): void {
  const site = headers['sec-fetch-site'];
  const isSame =
    typeof site === 'string'
      ? site === 'same-origin' || site === 'none'
      : // Our own pages send `null`, because their referrer policy is no-referrer (Fetch standard, section 3.2).
        headers.origin === undefined || headers.origin === 'null' || headers.origin === origin;
  if (!isSame) throw new GatewayError('permission_denied', 'This form was posted from another site.');
}
