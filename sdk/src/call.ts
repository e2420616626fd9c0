// What one call of the API is made of, and how a caller may bound it. How it is sent: transport.ts.

/** A call of one operation. */
export type Operation = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** Members that are undefined are left out; those of a list are repeated. */
  query?: object | undefined;
  body?: unknown;
  /** True when doing it twice does no harm beyond doing it once. */
  isRepeatable?: boolean;
  /** Without it JSON, or nothing. */
  answers?: 'text';
};

/** What a caller may set for one call; the rest is as it was given to `createClient`. */
export type CallOptions = {
  /** Ends the call, its pauses included. */
  signal?: AbortSignal | undefined;
  /** How long one attempt may take, in milliseconds, the answer's body included. */
  timeoutMs?: number | undefined;
  /** How often the call may be tried again, 0 to 10. */
  retries?: number | undefined;
  /** For keys of the installation: the workspace to act in. */
  workspaceId?: string | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
};

/** Makes a call. The type of the answer is what the OpenAPI document promises. */
export type Call = <Answer>(operation: Operation, options?: CallOptions) => Promise<Answer>;

/**
 * One part of a path. Throws `TypeError` for a text that would make it the path of something else: an empty id would
 * turn "read one" into "list all".
 */
export function segment(id: string): string {
  if (typeof id !== 'string' || id === '' || id === '.' || id === '..') {
    throw new TypeError('an id is needed: a text that is not empty');
  }
  return encodeURIComponent(id);
}

export function queryText(query: object | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const member of Array.isArray(value) ? value : [value]) {
      if (member !== undefined && member !== null) parameters.append(name, String(member));
    }
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
