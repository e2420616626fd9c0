// The probes as the core knows them, one per transport.
import type { Clock, EgressFetch, Probes } from '../core/ports.ts';
import { createGmailApiProbe } from './gmail-api.ts';
import { createGraphProbe } from './graph.ts';
import { createImapProbe } from './imap.ts';
import { createTrust } from './probe.ts';
import { createSmtpProbe } from './smtp.ts';

export const createProbes = (deps: {
  egressFetch: EgressFetch;
  clock: Pick<Clock, 'now'>;
  /** PEM text of a further authority for the mail servers (contents of the endpoint table's `caFile`). */
  ca: string | null;
  /** What SMTP servers are greeted with; the host of the public URL suits. */
  clientName?: string;
}): Probes => {
  const { clock, egressFetch } = deps;
  const trust = createTrust(deps.ca);
  return {
    imap: createImapProbe({ clock, trust }),
    smtp: createSmtpProbe({ clock, trust, name: deps.clientName ?? 'mailgrant' }),
    gmail_api: createGmailApiProbe({ clock, egressFetch }),
    graph: createGraphProbe({ clock, egressFetch }),
  };
};
