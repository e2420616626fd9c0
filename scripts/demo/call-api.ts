/** One JSON call of the native API. Throws with status and body for anything but a 2xx answer. */
export const callApi =
  (address: string, apiKey: string) =>
  async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null)
      throw new Error(`${method} ${path} answered no object`);
    return Object.fromEntries(Object.entries(answer));
  };
