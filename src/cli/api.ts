// The native API as commands use it, whoever answers: a gateway over HTTP or one in this process. Problem documents
// become `ApiProblem`; what says "later" is asked again a few times. Not the client library: commands print documents
// as they came, so that its types would be of no use, and what is published by itself is no part of the program.
import { setTimeout as wait } from 'node:timers/promises';
import type { LocalAnswer, LocalRequest } from './context.ts';
import { memberOf, textOf } from './report.ts';

export type Send = (request: LocalRequest) => Promise<LocalAnswer>;

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export type CallOptions = {
  query?: Query;
  body?: unknown;
  /** In place of the one that the command acts in; null = none. */
  workspaceId?: string | null;
};

export type ListOptions = CallOptions & { limit?: number | null; after?: string | null };

export type Api = {
  call(method: LocalRequest['method'], path: string, options?: CallOptions): Promise<unknown>;
  /** Every item of a list, page after page; `after`: behind the one of this cursor. */
  items(path: string, options?: ListOptions): AsyncGenerator<unknown>;
  /** Where it acts; null = in none, or in that of the key. */
  workspaceId: string | null;
};

/** The installation refused, in the words of its problem document. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string | null;
  /** As it was answered; null when that was no document. */
  readonly document: unknown;

  constructor(status: number, document: unknown) {
    super(wordsOf(status, document));
    this.status = status;
    this.code = textOf(document, 'code');
    this.document = document;
  }
}

const triesMax = 4;
/** Longest wait for what the server asks to be sent later. Seconds. */
const waitSecondsMax = 30;
const pageSize = 100;
/** A list that does not end is cut off here, loudly. */
const pagesMax = 100_000;

export function createApi(send: Send, apiKey: string, workspaceId: string | null): Api {
  async function call(
    method: LocalRequest['method'],
    path: string,
    { query = {}, body, workspaceId: acting = workspaceId }: CallOptions = {},
  ): Promise<unknown> {
    const request: LocalRequest = {
      method,
      path: path + queryText(query),
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(acting === null ? {} : { 'mailgrant-workspace': acting }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    };
    for (let tries = 1; ; tries += 1) {
      const { status, text, retryAfter } = await send(request);
      const answer = jsonOf(text);
      if (status < 300) return answer;
      const seconds = Number(retryAfter ?? Number.NaN);
      // With these two nothing was done, so that it may be sent again whatever it is.
      const isLater = (status === 429 || status === 503) && seconds <= waitSecondsMax;
      if (!isLater || tries >= triesMax) throw new ApiProblem(status, answer);
      await wait(Math.max(1, seconds) * 1000);
    }
  }

  async function* items(
    path: string,
    { limit = null, after = null, query = {}, ...options }: ListOptions = {},
  ): AsyncGenerator<unknown> {
    let left = limit ?? Number.POSITIVE_INFINITY;
    let cursor = after;
    for (let page = 0; page < pagesMax; page += 1) {
      if (left <= 0) return;
      const answer = await call('GET', path, {
        ...options,
        query: { ...query, limit: Math.min(pageSize, left), cursor },
      });
      const found = itemsOf(answer);
      yield* found;
      left -= found.length;
      cursor = textOf(answer, 'next_cursor');
      if (cursor === null) return;
    }
    throw new Error(`The list at ${path} does not end.`);
  }

  return { call, items, workspaceId };
}

/** None for anything that is no list. */
export function itemsOf(answer: unknown): readonly unknown[] {
  const items = memberOf(answer, 'items');
  return Array.isArray(items) ? items : [];
}

function queryText(query: Query): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) pairs.append(name, String(value));
  }
  return pairs.size === 0 ? '' : `?${pairs}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function wordsOf(status: number, document: unknown): string {
  const words = [textOf(document, 'title'), textOf(document, 'detail')].filter((text) => text !== null);
  const verdict = memberOf(document, 'verdict');
  const remedy = textOf(verdict, 'remedy');
  const fields = memberOf(document, 'fields');
  const list: readonly unknown[] = Array.isArray(fields) ? fields : [];
  return [
    `The gateway answered ${status}: ${words.join('. ') || 'nothing that can be read'}`,
    ...list.map((field) => `  ${textOf(field, 'field')}: ${textOf(field, 'message')}`),
    ...(remedy === null || words.some((text) => text.includes(remedy)) ? [] : [`  To do: ${remedy}`]),
    ...(textOf(document, 'reconnect_url')
      ? [`  Link for the mailbox owner: ${textOf(document, 'reconnect_url')}`]
      : []),
  ].join('\n');
}
