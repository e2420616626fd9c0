// How a call proves that it comes from our OAuth client: the credential that was chosen for it, read and ready.
import type { Attempt, AuthenticatedClient } from '../core/ports.ts';
import type { ParseCredential, ServiceAccountKey } from './credentials.ts';
import type { Registration } from './oauth2.ts';
import { ownFailure } from './token-errors.ts';

/** For clients that authenticate themselves. A text that cannot be read: nobody was asked, so nobody is at fault. */
export const registrationOf = (
  parseCredential: ParseCredential,
  { clientId, opened }: AuthenticatedClient,
): Attempt<Registration> => {
  const parsed = parseCredential(opened.kind, opened.text);
  if (!parsed.ok) return { ok: false, failure: ownFailure('transient', 'credential_unavailable') };
  const { credential } = parsed;
  switch (credential.kind) {
    case 'secret':
      return {
        ok: true,
        value: { clientId, authentication: { method: 'client_secret_post', clientSecret: credential.value } },
      };
    case 'certificate': {
      const { key, thumbprint } = credential;
      return {
        ok: true,
        value: { clientId, authentication: { method: 'private_key_jwt', key, thumbprint } },
      };
    }
    case 'service_account_key':
      throw new TypeError('A service account does not authenticate as an OAuth client.');
    default:
      return credential satisfies never;
  }
};

/** For clients of the grant type `jwt_bearer`. */
export const serviceAccountOf = (
  parseCredential: ParseCredential,
  { opened }: AuthenticatedClient,
): Attempt<ServiceAccountKey> => {
  const parsed = parseCredential(opened.kind, opened.text);
  if (!parsed.ok) return { ok: false, failure: ownFailure('transient', 'credential_unavailable') };
  const { credential } = parsed;
  if (credential.kind !== 'service_account_key') throw new TypeError('This is no key of a service account.');
  return { ok: true, value: credential };
};
