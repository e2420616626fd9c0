// What an endpoint of the standard format is sent of an event, for callers who deliver it themselves: to a program that
// no gateway can reach. With the reconnect link of its own that each attempt has.
import type { GatewayEvent } from '../events.ts';
import type { Links } from '../links.ts';
import type { Ports } from '../ports.ts';
import { type Principal, requireScope } from '../principal.ts';
import { toldEvent } from './event-data.ts';
import { standard } from './formats/standard.ts';
import { bodyToSend } from './reconnect-links.ts';

export function createWebhookBodies({
  store,
  settings,
  links,
}: Pick<Ports, 'store' | 'settings'> & { links: Links }) {
  return {
    /**
     * Byte by byte as it would be sent. Needs `webhooks:create`, as whoever makes an endpoint is given the links too;
     * throws `permission_denied` without it. The caller has read the events as its own.
     */
    async bodiesOf(
      principal: Principal,
      events: readonly GatewayEvent[],
    ): Promise<ReadonlyMap<string, string>> {
      requireScope(principal, 'webhooks:create');
      const bodies = new Map<string, string>();
      for (const event of events) {
        const body = standard.render(toldEvent(event, { mailbox: null, origin: settings.publicUrl }));
        const { text } = await bodyToSend({ store, links }, { ...event, eventType: event.type, body });
        bodies.set(event.id, text);
      }
      return bodies;
    },
  };
}
