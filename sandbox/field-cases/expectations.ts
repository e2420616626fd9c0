// Short forms for expectations and replies, so that a case reads as one line of a table.
import type { Expectation, HttpReply } from './types.ts';

const by =
  (acts: Expectation['acts'], heals = false) =>
  (code: string): Expectation => ({ code, acts, heals });

export const owner = by('mailbox_owner');
export const administrator = by('mail_administrator');
export const workspace = by('workspace');
export const operator = by('operator');
export const wait = by('nobody', true);

const json = { 'content-type': 'application/json; charset=utf-8' };

/** Google indents its JSON. */
export const googleReply = (status: number, body: object): HttpReply => ({
  status,
  headers: json,
  body: JSON.stringify(body, null, 2),
});

/** Of the Gmail API: the old list of errors beside the newer details. */
export const gmailReply = (
  code: number,
  error: { message: string; reason: string; status: string; detail?: string },
): HttpReply => {
  const { message, reason, status, detail } = error;
  const type = 'type.googleapis.com/google.rpc.ErrorInfo';
  const details =
    detail === undefined ? {} : { details: [{ '@type': type, reason: detail, domain: 'googleapis.com' }] };
  return googleReply(code, {
    error: { code, message, errors: [{ message, domain: 'global', reason }], status, ...details },
  });
};

export const graphReply = (
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({
    error: {
      code,
      message,
      innerError: { date: '2026-11-21T10:00:00', 'request-id': traceId, 'client-request-id': correlationId },
    },
  }),
});

/** What Entra writes into every refusal, for its support. */
export const traceId = '0f2b7c1e-5d34-4a8e-9a51-3c6a1f7e2b00';
export const correlationId = '6c1d9a40-7b52-4f0a-8f0e-1b2c3d4e5f60';
const timestamp = '2026-11-21 10:00:00Z';

export const entraDescription = (code: number, sentence: string): string =>
  `AADSTS${code}: ${sentence} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`;

export type EntraError = { error: string; sentence: string; suberror?: string; status?: number };

export const entraReply = (code: number, { error, sentence, suberror, status }: EntraError): HttpReply => ({
  status: status ?? (error === 'invalid_client' ? 401 : 400),
  headers: json,
  body: JSON.stringify({
    error,
    error_description: entraDescription(code, sentence),
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    ...(suberror === undefined ? {} : { suberror }),
  }),
});
