// Whether a provider takes the credential of a client, without a person: a code that nobody issued is redeemed. A
// provider that authenticates the client first, refuses the code alone. Because none promises that order, the same
// request with a made-up secret has to fare otherwise, or nothing is proved.
import { randomBytes } from 'node:crypto';
import type { ProviderFailure } from '../core/ports.ts';
import { secret } from '../core/secret.ts';
import type { AuthorizationServer, OAuth2, Registration } from './oauth2.ts';

export type CodeAnswer =
  | { kind: 'credential_taken' }
  | { kind: 'refused'; failure: ProviderFailure }
  | { kind: 'nothing_proved' };

const madeUp = (): string => randomBytes(36).toString('base64url');

export const redeemMadeUpCode = async (
  oauth2: OAuth2,
  request: {
    server: AuthorizationServer;
    registration: Registration;
    redirectUri: string;
    scope: string | null;
    /** What its codes begin with, so that the form alone is no reason to refuse it. */
    codePrefix: string;
  },
  signal: AbortSignal,
): Promise<CodeAnswer> => {
  const { server, redirectUri, scope, codePrefix } = request;
  const redeem = async (registration: Registration): Promise<ProviderFailure | null> => {
    const state = madeUp();
    const exchange = {
      callbackParameters: new URLSearchParams({ code: `${codePrefix}${madeUp()}`, state }),
      expectedState: state,
      codeVerifier: secret(madeUp()),
      redirectUri,
      scope,
    };
    const answer = await oauth2.exchangeCode(server, registration, exchange, signal);
    return answer.ok ? null : answer.failure;
  };

  const failure = await redeem(request.registration);
  if (failure === null) return { kind: 'nothing_proved' };
  if (!isAboutCode(failure)) return { kind: 'refused', failure };
  const withWrongSecret = await redeem({
    clientId: request.registration.clientId,
    authentication: { method: 'client_secret_post', clientSecret: secret(madeUp()) },
  });
  return withWrongSecret?.kind === 'oauth_client' ? { kind: 'credential_taken' } : { kind: 'nothing_proved' };
};

const isAboutCode = ({ kind, provider }: ProviderFailure): boolean =>
  kind === 'grant' || (kind !== 'oauth_client' && provider.error === 'invalid_grant');
