// Failures that people report from the field, one table: each can be played by the sandbox, and says what should come
// out of a client that meets it. The rows of mistakes on the client's own side name tests instead.
import type { Fault } from '../faults.ts';
import type { SandboxAuthorizationServer, SandboxProvider } from '../types.ts';
import { aadstsCases } from './aadsts.ts';
import { exchangeCases } from './exchange.ts';
import { googleCases } from './google.ts';
import { microsoftCases } from './microsoft.ts';
import { ownCases } from './own-guarantees.ts';
import type { FieldCase, SaidCase } from './types.ts';

export { correlationId, traceId } from './expectations.ts';
export type * from './types.ts';
export { ownCases };

export const saidCases: readonly SaidCase[] = [
  ...googleCases,
  ...microsoftCases,
  ...exchangeCases,
  ...aadstsCases,
];

export const fieldCases: readonly FieldCase[] = [...saidCases, ...ownCases];

/** The row of a case: `M7` of `M7/53003`. */
export const rowOf = ({ id }: Pick<FieldCase, 'id'>): string => id.split('/')[0] ?? id;

/** The next requests of that kind are answered as in the field, until another fault is set. Gives the case. */
export function playFieldCase(
  sandbox: Record<SandboxProvider, Pick<SandboxAuthorizationServer, 'configure'>>,
  id: string,
): SaidCase {
  const found = saidCases.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no provider says anything in a field case ${id}`);
  sandbox[found.provider].configure({ fault: faultOf(found) });
  return found;
}

function faultOf(one: SaidCase): Fault {
  switch (one.said) {
    case 'refresh':
      return httpFault('refresh', one.reply);
    case 'code':
    case 'mint':
      return httpFault('token', one.reply);
    case 'gmail_api':
      return httpFault('gmailApi', one.reply);
    case 'graph':
      return httpFault('graph', one.reply);
    case 'imap':
    case 'smtp':
      return { on: one.said, dialogue: one.replies };
    case 'callback':
      return { on: 'authorize', callback: one.parameters };
    case 'page': {
      const body = `<!DOCTYPE html><title>Error</title><h1>${one.page}</h1>`;
      return { on: 'authorize', status: one.status, body, contentType: 'text/html; charset=utf-8' };
    }
    default:
      return one satisfies never;
  }
}

function httpFault(
  on: 'refresh' | 'token' | 'gmailApi' | 'graph',
  { status, headers, body }: { status: number; headers: Record<string, string>; body: string },
): Fault {
  const contentType = headers['content-type'];
  const retryAfter = headers['retry-after'];
  return {
    on,
    status,
    body,
    ...(contentType === undefined ? {} : { contentType }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}
