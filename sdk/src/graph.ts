// Mailgrant's tokens for Microsoft Graph: plain fetch, and Microsoft's client, as a provider of tokens or as a middleware
// that also gets another token when Graph refuses one.
import {
  type AuthorizedFetch,
  type AuthorizedFetchOptions,
  authorizedFetch,
  isOfApi,
} from './authorized-fetch.ts';
import { mailApiOf } from './targets.ts';
import type { TokenSource } from './token-source.ts';

/**
 * Paths are below the mailbox, which is right for a person's own token, a delegate's and an application's:
 * `graph('messages?$top=5')`. Make the token source with `resource: 'graph'`.
 */
export const graphFetch = (tokens: TokenSource, options?: AuthorizedFetchOptions): AuthorizedFetch =>
  authorizedFetch(tokens, 'graph', options);

/**
 * For `Client.initWithMiddleware({ authProvider })`. A token that Graph refuses before its end is not asked for anew; with
 * `graphMiddleware` it is.
 */
export const graphAuthProvider = (tokens: TokenSource): { getAccessToken(): Promise<string> } => ({
  getAccessToken: async () => (await tokens.token()).access_token,
});

/** What Microsoft's middlewares hand on. */
export type GraphContext = {
  request: Request | string;
  options?: { headers?: unknown; body?: unknown };
  response?: Response;
};

type GraphStep = { execute(context: GraphContext): Promise<void> };

export type GraphMiddleware = GraphStep & { setNext(next: GraphStep): void };

/**
 * In place of Microsoft's AuthenticationHandler:
 * `Client.initWithMiddleware({ middleware: [graphMiddleware(tokens), new HTTPMessageHandler()] })`.
 * Signs requests to Graph's host alone; after a 401 it asks for another token, one time.
 */
export function graphMiddleware(tokens: TokenSource): GraphMiddleware {
  let next: GraphStep | null = null;
  return {
    setNext(middleware) {
      next = middleware;
    },
    async execute(context) {
      if (next === null)
        throw new TypeError('graphMiddleware needs a middleware after it that sends requests');
      const address = typeof context.request === 'string' ? context.request : context.request.url;
      const original = typeof context.request === 'string' ? context.request : context.request.clone();
      const token = await tokens.token();
      const isOurs = isOfApi(new URL(address), mailApiOf(token, 'graph').base_url);
      if (!isOurs) return next.execute(context);
      sign(context, token.access_token);
      await next.execute(context);
      const isSendable = !(context.options?.body instanceof ReadableStream);
      if (context.response?.status !== 401 || !isSendable || !tokens.refused(token.access_token)) return;
      context.request = original;
      sign(context, (await tokens.token()).access_token);
      await next.execute(context);
    },
  };
}

function sign(context: GraphContext, accessToken: string): void {
  const authorization = `Bearer ${accessToken}`;
  if (typeof context.request !== 'string') {
    const headers = new Headers(context.request.headers);
    headers.set('authorization', authorization);
    context.request = new Request(context.request, { headers });
    return;
  }
  const headers = new Headers(headersOf(context.options?.headers));
  headers.set('authorization', authorization);
  context.options = { ...context.options, headers: Object.fromEntries(headers) };
}

/** Microsoft's client has them as an object, as pairs or as `Headers`. */
function headersOf(value: unknown): [string, string][] {
  if (value instanceof Headers) return [...value];
  const entries: unknown[] = Array.isArray(value) ? value : Object.entries(Object(value));
  return entries.flatMap((entry): [string, string][] =>
    Array.isArray(entry) && entry.length === 2 ? [[String(entry[0]), String(entry[1])]] : [],
  );
}
