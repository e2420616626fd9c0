// A client for EmailEngine's API, written from the reference of its wire formats before the surface was: paths,
// methods, bodies and errors as a program of somebody else's would use them. Knows nothing of this product.

export class EmailEngineError extends Error {
  override readonly name = 'EmailEngineError';
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly retryAfterSeconds: number | null;

  constructor(status: number, body: Record<string, unknown>, retryAfterSeconds: number | null) {
    super(String(body.message));
    this.status = status;
    this.body = body;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

type Json = Record<string, unknown>;
type Query = Record<string, string | number | boolean>;

export type EmailEngineClient = ReturnType<typeof createEmailEngineClient>;

export function createEmailEngineClient({ baseUrl, accessToken }: { baseUrl: string; accessToken: string }) {
  async function call(method: string, path: string, options: { body?: Json; query?: Query } = {}) {
    const url = new URL(`${baseUrl}/v1${path}`);
    for (const [name, value] of Object.entries(options.query ?? {}))
      url.searchParams.set(name, String(value));
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        'x-ee-timeout': '10000',
        ...(options.body ? { 'content-type': 'application/json' } : {}),
      },
      ...(options.body ? { body: JSON.stringify(options.body) } : {}),
      signal: AbortSignal.timeout(60_000),
    });
    const parsed: unknown = JSON.parse(await response.text());
    const body: Json =
      typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {};
    if (response.ok) return body;
    const retryAfter = response.headers.get('retry-after');
    throw new EmailEngineError(response.status, body, retryAfter === null ? null : Number(retryAfter));
  }

  const account = (id: string): string => `/account/${encodeURIComponent(id)}`;
  const app = (id: string): string => `/oauth2/${encodeURIComponent(id)}`;

  return {
    registerAccount: (body: Json) => call('POST', '/account', { body }),
    listAccounts: (query: Query = {}) => call('GET', '/accounts', { query }),
    readAccount: (id: string, query: Query = {}) => call('GET', account(id), { query }),
    updateAccount: (id: string, body: Json) => call('PUT', account(id), { body }),
    deleteAccount: (id: string, query: Query = {}) => call('DELETE', account(id), { query }),
    reconnect: (id: string) => call('PUT', `${account(id)}/reconnect`, { body: { reconnect: true } }),
    sync: (id: string) => call('PUT', `${account(id)}/sync`, { body: { sync: true } }),
    flush: (id: string) => call('PUT', `${account(id)}/flush`, { body: { flush: true } }),
    oauthToken: (id: string, query: Query = {}) => call('GET', `${account(id)}/oauth-token`, { query }),
    verifyAccount: (body: Json) => call('POST', '/verifyAccount', { body }),
    authenticationForm: (body: Json) => call('POST', '/authentication/form', { body }),
    createApp: (body: Json) => call('POST', '/oauth2', { body }),
    listApps: (query: Query = {}) => call('GET', '/oauth2', { query }),
    readApp: (id: string) => call('GET', app(id)),
    updateApp: (id: string, body: Json) => call('PUT', app(id), { body }),
    deleteApp: (id: string) => call('DELETE', app(id)),
    verifyApp: (id: string, body: Json) => call('POST', `${app(id)}/verify`, { body }),
    createToken: (body: Json) => call('POST', '/tokens', { body }),
    listTokens: (query: Query = {}) => call('GET', '/tokens', { query }),
    deleteToken: (token: string) => call('DELETE', `/tokens/${encodeURIComponent(token)}`),
    createTokenLegacy: (body: Json) => call('POST', '/token', { body }),
    deleteTokenLegacy: (token: string) => call('DELETE', `/token/${encodeURIComponent(token)}`),
    listAccountTokens: (id: string) => call('GET', `/tokens/account/${encodeURIComponent(id)}`),
    /** Anything else of EmailEngine's. */
    call,
  };
}
