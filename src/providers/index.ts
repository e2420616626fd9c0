// The providers as the core knows them. Adding one is a file beside google.ts and a line here.
import type { Clock, EgressFetch, EgressPost, ProviderAdapters } from '../core/ports.ts';
import { createCredentialParser } from './credentials.ts';
import type { EndpointTable } from './endpoints.ts';
import { createGoogle } from './google.ts';
import { createIdTokenVerifier } from './id-token.ts';
import { createMicrosoft } from './microsoft.ts';
import { createOAuth2 } from './oauth2.ts';

export {
  builtInEndpoints,
  describeReplacements,
  type EndpointTable,
  parseEndpointFile,
} from './endpoints.ts';
export { createSignInServer } from './openid-sign-in.ts';

/** Every call takes a client whose credential was chosen and opened before. */
export const createProviders = (deps: {
  endpoints: EndpointTable;
  egressFetch: EgressFetch;
  egressPost: EgressPost;
  clock: Pick<Clock, 'now'>;
}): ProviderAdapters => {
  const { endpoints, egressFetch, egressPost, clock } = deps;
  const shared = {
    oauth2: createOAuth2({ egressFetch, egressPost, clock }),
    verifyIdToken: createIdTokenVerifier({ egressFetch, clock }),
    parseCredential: createCredentialParser(),
    egressFetch,
    clock,
  };
  return {
    google: createGoogle({ ...shared, clouds: endpoints.google }),
    microsoft: createMicrosoft({ ...shared, clouds: endpoints.microsoft }),
  };
};
