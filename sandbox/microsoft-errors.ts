// Error bodies in the shape of Entra's token endpoint. Sentences are written for the sandbox: clients decide on
// `error` and `suberror`, and no test may lean on the text.
import { randomUUID } from 'node:crypto';
import type { ClientFailure } from './client-auth.ts';
import type { ErrorPage, Refusal } from './dialect.ts';

export type AadstsError = { code: number; error: string; suberror?: string; detail?: string };

const SENTENCES: Record<number, string> = {
  28000: 'The scope names more than one resource. A token is issued for one resource only.',
  50011: 'The redirect URI of the request is not among those registered for the application.',
  50034: 'The account does not exist in this directory.',
  50058: 'A silent sign-in was asked for, and nobody is signed in.',
  50059: 'No directory is named in the request, and none follows from the credentials.',
  50173: 'The grant was revoked. A fresh sign-in is needed.',
  50194: 'The application is not configured as multi-tenant. Use the endpoint of its own directory.',
  54005: 'The authorization code was redeemed before.',
  65001: 'The user or administrator has not consented to the requested permission.',
  65004: 'The user declined to consent to access the app.',
  70000: 'The grant is not valid, or its scopes are unauthorized or expired.',
  70008: 'The authorization code or refresh token has expired.',
  70011: 'A requested scope is not known.',
  90002: 'The tenant was not found. Check that it is the right one, and in the right cloud.',
  90094: 'The application needs a permission that only an administrator can grant.',
  90095: 'The permission was asked of an administrator; the request is waiting.',
  500112: 'The reply address does not match the one of the authorization request.',
  501481: 'The code verifier does not match the code challenge.',
  700016: 'The application was not found in the directory.',
  900144: 'The request body must contain a parameter that is missing.',
  700025: 'The client is public, so neither an assertion nor a secret may be sent.',
  700027: 'The client assertion failed validation.',
  7000215: 'The client secret is not valid. Send the secret value, not its id.',
  7000218: 'The request body must contain a client assertion or a client secret.',
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

const CLIENT_ERRORS = {
  tenant_unknown: [90002, 'invalid_request', 400],
  client_missing: [900144, 'invalid_request', 400],
  client_unknown: [700016, 'unauthorized_client', 400],
  client_deleted: [700016, 'unauthorized_client', 400],
  client_single_tenant: [50194, 'invalid_request', 400],
  client_elsewhere: [700016, 'unauthorized_client', 400],
  credentials_missing: [7000218, 'invalid_client', 401],
  credentials_forbidden: [700025, 'invalid_client', 401],
  secret_wrong: [7000215, 'invalid_client', 401],
  secret_expired: [7000222, 'invalid_client', 401],
  assertion_bad: [700027, 'invalid_client', 401],
} as const satisfies Record<ClientFailure, readonly [number, string, number]>;

export function entraClientRefusal(failure: ClientFailure): Refusal {
  const [code, error, status] = CLIENT_ERRORS[failure];
  return { status, body: aadstsBody({ code, error }) };
}

/** The page of Entra's own that says the same to a person; it never comes back to the client. */
export function entraClientPage(failure: ClientFailure | 'redirect_uri_wrong'): ErrorPage {
  return aadstsPage(failure === 'redirect_uri_wrong' ? 50011 : CLIENT_ERRORS[failure][0]);
}

export function aadstsPage(code: number): ErrorPage {
  return { title: 'Sign in', detail: aadstsBody({ code, error: '' }).error_description };
}
