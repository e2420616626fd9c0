// A client of Warmy's API v2, written from descriptions of the API alone and not from our surface: what its users'
// programs send, in which order they read an error, how they go through pages.
export type WarmyCredentials =
  | { generation: 'current'; apiKey: string; holderUid?: string }
  | { generation: 'older'; client: string; accessToken: string; uid: string; holderUid?: string };

export type WarmyReply = { status: number; contentType: string; headers: Headers; body: unknown };

export class WarmyClientError extends Error {
  override readonly name = 'WarmyClientError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type WarmyClient = ReturnType<typeof createWarmyClient>;

export function createWarmyClient(baseUrl: string, credentials: WarmyCredentials) {
  const headers = headersOf(credentials);

  async function send(method: string, path: string, body?: unknown): Promise<WarmyReply> {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { ...headers, 'Content-Type': 'application/json', Accept: 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  }

  async function request(method: string, path: string, body?: unknown): Promise<unknown> {
    const reply = await send(method, path, body);
    if (reply.status >= 200 && reply.status < 300) return reply.body;
    if (reply.status === 401) throw new WarmyClientError(401, 'Unauthorized');
    throw new WarmyClientError(reply.status, errorText(reply.body));
  }

  return {
    send,
    createMailbox: (mailbox: Record<string, unknown>) => request('POST', '/api/v2/mailboxes', { mailbox }),
    getMailbox: (id: number) => request('GET', `/api/v2/mailboxes/${id}`),
    updateMailbox: (id: number, mailbox: Record<string, unknown>) =>
      request('PUT', `/api/v2/mailboxes/${id}`, { mailbox }),
    updateState: (id: number, state: string) =>
      request('PUT', `/api/v2/mailboxes/${id}/update_state`, { mailbox: { state } }),
    changeTariffPlan: (id: number, planId: number | null) =>
      request('PUT', `/api/v2/mailboxes/${id}/change_tariff_plan`, {
        mailbox: { tariff_plan_type_id: planId },
      }),
    deleteMailbox: (id: number, reason?: { reason: string; reason_text: string }) =>
      request('DELETE', `/api/v2/mailboxes/${id}`, reason === undefined ? undefined : { reason }),
    tariffPlanTypes: () => request('GET', '/api/v2/tariff_plan_types'),

    /** All items, page by page, until `next_page` is null. */
    async allMailboxes(perPage: number, query: Record<string, string> = {}): Promise<unknown[]> {
      const items: unknown[] = [];
      for (let page: unknown = 1; page !== null && page !== undefined; ) {
        const search = new URLSearchParams({ ...query, per_page: String(perPage), page: String(page) });
        const reply = await request('GET', `/api/v2/mailboxes?${search}`);
        const list = member(reply, 'items');
        if (!Array.isArray(list)) throw new Error('items is no array');
        items.push(...list);
        page = member(member(reply, 'pagination'), 'next_page');
      }
      return items;
    },
  };
}

function headersOf(credentials: WarmyCredentials): Record<string, string> {
  const holder = credentials.holderUid === undefined ? {} : { 'Holder-Uid': credentials.holderUid };
  if (credentials.generation === 'current') {
    return { Authorization: `Bearer ${credentials.apiKey}`, ...holder };
  }
  const { client, accessToken, uid } = credentials;
  return { client, 'access-token': accessToken, uid, ...holder };
}

/** `message` as text or list, then `error`, then `errors`, then whatever came. */
function errorText(body: unknown): string {
  for (const name of ['message', 'error', 'errors']) {
    const value = member(body, name);
    if (typeof value === 'string' && value !== '') return value;
    if (Array.isArray(value) && value.length > 0) return value.join(', ');
  }
  return JSON.stringify(body);
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
