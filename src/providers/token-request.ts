// The refresh request (RFC 6749 section 6), written here and not by the OAuth library: of all requests it is the one
// that is sent all the time, and the library's way there, through objects of `fetch`, costs more than the call. How the
// client authenticates stays the library's, but for the plain secret, which is one more field.
import type { EgressPost, PostAnswer } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';

export type RefreshForm = {
  clientId: string;
  refreshToken: Secret<string>;
  /** Sent as `scope`; null leaves it out. */
  scope: string | null;
};

/** A secret goes into the body (RFC 6749 section 2.3.1). Any other way adds to the fields and headers by itself. */
export type FormAuthentication =
  | { clientSecret: Secret<string> }
  | { addTo(fields: URLSearchParams, headers: Headers): Promise<void> };

const headers = {
  accept: 'application/json',
  'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
  'user-agent': 'mailgrant',
} as const;

/** Rejects with what `egressPost` rejects with. */
export const sendRefreshRequest = async (
  egressPost: EgressPost,
  tokenUrl: string,
  { form, authentication }: { form: RefreshForm; authentication: FormAuthentication },
  signal: AbortSignal,
): Promise<PostAnswer> => {
  const { clientId, refreshToken, scope } = form;
  const fields = new URLSearchParams({
    client_id: clientId,
    grant_type: 'refresh_token',
    refresh_token: refreshToken.reveal(),
  });
  if (scope !== null) fields.set('scope', scope);
  if ('clientSecret' in authentication) {
    fields.set('client_secret', authentication.clientSecret.reveal());
    return egressPost(tokenUrl, { headers, body: fields.toString(), signal });
  }
  const added = new Headers(headers);
  // An assertion of its own for each call: whether a server takes one twice is for it to say (RFC 7523 section 3).
  await authentication.addTo(fields, added);
  return egressPost(tokenUrl, { headers: Object.fromEntries(added), body: fields.toString(), signal });
};
