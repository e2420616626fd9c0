// A running gateway, asked over HTTP with an API key: where it owns the database, nobody else can look.
import type { Secret } from '../core/index.ts';
import { createEgress } from '../egress.ts';
import { memberOf, textOf } from './report.ts';

export type FoundMailbox = { id: string; workspaceId: string };

type Access = { url: string; apiKey: Secret<string>; workspaceId: string | null };

/** An examination takes as long as the time-outs of all its steps. */
const totalTimeout = 180_000;
/** A list of workspaces is read this many pages far. */
const pagesMax = 100;

export function askGateway({ url, apiKey, workspaceId: named }: Access) {
  const base = baseUrlOf(url);
  const egress = createEgress({ totalTimeout, headersTimeout: totalTimeout, bytesMax: 4 * 1024 * 1024 });

  async function call(method: 'GET' | 'POST', path: string, workspaceId: string | null) {
    const response = await egress.fetch(base + path, {
      method,
      headers: {
        authorization: `Bearer ${apiKey.reveal()}`,
        ...(workspaceId === null ? {} : { 'mailgrant-workspace': workspaceId }),
      },
    });
    const text = await response.text();
    const body = jsonOf(text);
    return { status: response.status, isOk: response.ok, body };
  }

  /** Null for an object that is not there. Throws what the gateway says of anything else. */
  async function get(method: 'GET' | 'POST', path: string, workspaceId: string | null): Promise<unknown> {
    const { status, isOk, body } = await call(method, path, workspaceId);
    if (isOk) return body;
    if (status === 404) return null;
    const words = [textOf(body, 'title'), textOf(body, 'detail')].filter((text) => text !== null);
    throw new Error(`The gateway answered ${status}: ${words.join('. ') || 'nothing that can be read'}`);
  }

  /** The workspaces that the key may act in; null stands for the one that it belongs to. */
  async function workspaces(): Promise<(string | null)[]> {
    if (named !== null) return [named];
    if (memberOf(await get('GET', '/v1/whoami', null), 'is_installation_key') !== true) return [null];
    const ids: string[] = [];
    let after = '';
    for (let page = 0; page < pagesMax; page += 1) {
      const answer = await get('GET', `/v1/workspaces?limit=100${after}`, null);
      ids.push(...itemsOf(answer).flatMap((item) => textOf(item, 'id') ?? []));
      const next = textOf(answer, 'next_cursor');
      if (next === null) break;
      after = `&cursor=${encodeURIComponent(next)}`;
    }
    return ids;
  }

  /** The first answer that one of these workspaces has. */
  async function first(
    ids: readonly (string | null)[],
    ask: (workspaceId: string | null) => Promise<unknown>,
  ): Promise<unknown> {
    for (const id of ids) {
      const answer = await ask(id);
      if (answer !== null) return answer;
    }
    return null;
  }

  return {
    async find(idOrEmail: string): Promise<FoundMailbox[]> {
      const isEmail = idOrEmail.includes('@');
      const word = encodeURIComponent(idOrEmail);
      const found: FoundMailbox[] = [];
      for (const workspaceId of await workspaces()) {
        const path = isEmail ? `/v1/mailboxes?email=${word}` : `/v1/mailboxes/${word}`;
        const answer = await get('GET', path, workspaceId);
        const items = isEmail ? itemsOf(answer) : [answer];
        for (const id of items.flatMap((item) => textOf(item, 'id') ?? [])) {
          found.push({ id, workspaceId: workspaceId ?? '' });
        }
      }
      return found;
    },

    /** Null when it is gone. */
    diagnose: ({ id, workspaceId }: FoundMailbox): Promise<unknown> =>
      get('POST', `/v1/mailboxes/${encodeURIComponent(id)}/diagnose`, workspaceId || null),

    /** Null when there is none. A shared one belongs to no workspace. */
    async examineOAuthClient(id: string): Promise<unknown> {
      const owners = named === null ? [null, ...(await workspaces())] : [named];
      const path = `/v1/oauth-clients/${encodeURIComponent(id)}/examine`;
      return first([...new Set(owners)], (workspaceId) => get('POST', path, workspaceId));
    },

    close: egress.close,
  };
}

/**
 * Without the slash at its end; a gateway behind a proxy may have a path before its own. Throws for plain http to another
 * machine: the API key would cross the network in clear.
 */
export function baseUrlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isAddress =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    !url.search &&
    !url.hash &&
    !url.username &&
    !url.password;
  if (!isAddress) throw new Error('--url must be the address of the gateway, like http://127.0.0.1:8025');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new Error(
      '--url must be https, except on the loopback interface: over plain http anybody on the way could read the API key.',
    );
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127(\.\d+){3}$/.test(hostname);

function itemsOf(answer: unknown): readonly unknown[] {
  const items = memberOf(answer, 'items');
  return Array.isArray(items) ? items : [];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
