// A client of Smartlead's API v1, written from its published description alone: the key in the query, trailing
// slashes where its pages have them, pages by offset until one is short, errors from whichever member holds them.
import { setTimeout as delay } from 'node:timers/promises';

export type SmartleadClient = ReturnType<typeof createSmartleadClient>;

/** What a program sees of a refusal. */
export class SmartleadApiError extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(messageOf(body));
    this.status = status;
    this.body = body;
  }
}

export function createSmartleadClient({ baseUrl, apiKey }: { baseUrl: string; apiKey: string }) {
  async function once(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const url = new URL(`${baseUrl}${path}`);
    url.searchParams.set('api_key', apiKey);
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(60_000),
    });
    const parsed: unknown = await response.json();
    return { status: response.status, body: parsed };
  }

  /** Writes are repeated on 429 and 5xx, three times in all. */
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await once(method, path, body);
      if (answer.status === 200) return failedIn(answer.body) ? fail(answer) : answer.body;
      const isWorthIt = answer.status === 429 || (answer.status >= 500 && answer.status !== 501);
      if (!isWorthIt || attempt === 3) return fail(answer);
      await delay(10);
    }
  }

  return {
    saveOAuth: (account: unknown) => call('POST', '/email-accounts/save-oauth', account),
    read: (id: number) => call('GET', `/email-accounts/${id}/?fetch_campaigns=true`),
    update: (id: number, changes: unknown) => call('POST', `/email-accounts/${id}`, changes),
    remove: (id: number) => call('DELETE', `/email-accounts/${id}`),
    suspend: (id: number) => call('PUT', `/email-accounts/suspend/${id}`),
    unsuspend: (id: number) => call('DELETE', `/email-accounts/unsuspend/${id}`),
    setWarmup: (id: number, settings: unknown) => call('POST', `/email-accounts/${id}/warmup`, settings),
    warmupStats: (id: number) => call('GET', `/email-accounts/${id}/warmup-stats`),
    reconnectFailed: () => call('POST', '/email-accounts/reconnect-failed-email-accounts', {}),
    createTag: (tag: unknown) => call('POST', '/email-accounts/tags', tag),
    assignTags: (mapping: unknown) => call('POST', '/email-accounts/tag-mapping', mapping),
    removeTags: (mapping: unknown) => call('DELETE', '/email-accounts/tag-mapping', mapping),
    saveClient: (client: unknown) => call('POST', '/client/save', client),

    async listAll(pageSize: number): Promise<unknown[]> {
      const all: unknown[] = [];
      for (let offset = 0; ; offset += pageSize) {
        const page = await call('GET', `/email-accounts/?offset=${offset}&limit=${pageSize}`);
        if (!Array.isArray(page)) throw new Error('the list is no array');
        all.push(...page);
        if (page.length < pageSize) return all;
      }
    },
  };
}

const fail = ({ status, body }: { status: number; body: unknown }): never => {
  throw new SmartleadApiError(status, body);
};

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const failedIn = (body: unknown): boolean => memberOf(body, 'success') === false;

function messageOf(body: unknown): string {
  const error = memberOf(body, 'error');
  const found = [memberOf(body, 'message'), error, memberOf(error, 'message'), memberOf(body, 'err')];
  return String(found.find((text) => typeof text === 'string') ?? 'unknown error');
}
