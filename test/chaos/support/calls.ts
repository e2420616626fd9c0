// Calls to a gateway that may die in the middle: an answer, or the plain word that there was none.

export type Answer = { status: number; headers: Headers; text: string; body: Record<string, unknown> };

/** Rejects with `NoAnswer` when the connection broke or `withinSeconds` are over. */
export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>;

export class NoAnswer extends Error {
  override name = 'NoAnswer';
}

export function callsTo(address: string, apiKey: string, { withinSeconds = 60 } = {}): Call {
  return async (method, path, body) => {
    try {
      const response = await fetch(`${address}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(withinSeconds * 1000),
        redirect: 'manual',
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: membersIn(text) };
    } catch (cause) {
      throw new NoAnswer(`${method} ${path} had no answer`, { cause });
    }
  };
}

/** The answer, or null when the gateway was gone before it came. */
export const unlessCut = (answer: Promise<Answer>): Promise<Answer | null> =>
  answer.catch((error: unknown) => {
    if (error instanceof NoAnswer) return null;
    throw error;
  });

/** The members of a JSON object; none for anything else. */
function membersIn(text: string): Record<string, unknown> {
  try {
    return { ...Object(JSON.parse(text)) };
  } catch {
    return {};
  }
}
