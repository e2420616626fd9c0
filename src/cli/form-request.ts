// One form sent to an authorization server (RFC 6749 appendix B), for what people do by hand. Answers whatever came.
import { createEgress } from '../egress.ts';
import { Unreachable } from './place.ts';

export type FormAnswer = { status: number; text: string; body: unknown };

/** Milliseconds. */
const totalTimeout = 30_000;

export async function formRequest(
  url: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<FormAnswer> {
  const egress = createEgress({ totalTimeout, headersTimeout: totalTimeout });
  try {
    const response = await egress.fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', ...headers },
      body: new URLSearchParams(form),
    });
    const text = await response.text();
    return { status: response.status, text, body: jsonOf(text) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Unreachable(`${new URL(url).origin} does not answer: ${reason}`, { cause });
  } finally {
    await egress.close();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
