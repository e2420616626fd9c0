// Error bodies in the shape of Entra's token endpoint. Sentences are written for the sandbox: clients decide on
// `error` and `suberror`, and no test may lean on the text.
import { randomUUID } from 'node:crypto';

export type AadstsError = { code: number; error: string; suberror?: string; detail?: string };

const SENTENCES: Record<number, string> = {
  28000: 'The scope names more than one resource. A token is issued for one resource only.',
  50034: 'The account does not exist in this directory.',
  50173: 'The grant was revoked. A fresh sign-in is needed.',
  54005: 'The authorization code was redeemed before.',
  65001: 'The user or administrator has not consented to the requested permission.',
  65004: 'The user declined to consent to access the app.',
  70000: 'The grant is not valid, or its scopes are unauthorized or expired.',
  70008: 'The authorization code or refresh token has expired.',
  70011: 'A requested scope is not known.',
  500112: 'The reply address does not match the one of the authorization request.',
  501481: 'The code verifier does not match the code challenge.',
  700016: 'The application was not found in the directory.',
  900144: 'The request body must contain a parameter that is missing.',
  7000215: 'The client secret is not valid. Send the secret value, not its id.',
  7000222: 'The client secret is expired. Create a new one.',
  9002313: 'The request is malformed.',
};

export function aadstsBody({ code, error, suberror, detail }: AadstsError) {
  const traceId = randomUUID();
  const correlationId = randomUUID();
  const timestamp = `${new Date().toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const sentence = [SENTENCES[code] ?? 'The request failed.', detail].filter(Boolean).join(' ');
  return {
    error,
    error_description: `AADSTS${code}: ${sentence} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    ...(suberror !== undefined && { suberror }),
  };
}
