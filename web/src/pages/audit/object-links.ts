// Where the console shows what an audit entry or an event is about. By the noun of its action or type.

const pages: Record<string, string> = {
  mailbox: '/mailboxes',
  connect_session: '/connect-sessions',
  oauth_client: '/oauth-clients',
  webhook_endpoint: '/webhooks',
  webhook_delivery: '/webhooks/deliveries',
};

/** What was removed has no page any more. */
const gone = ['mailbox.disconnected', 'oauth_client.deleted', 'webhook_endpoint.deleted'];

/** `type`: `noun.verb`. Null = there is no page. */
export function objectHref(type: string, objectId: string | null): string | null {
  const page = pages[type.split('.')[0] ?? ''];
  return objectId === null || page === undefined || gone.includes(type) ? null : `${page}/${objectId}`;
}
