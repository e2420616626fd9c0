// The providers as the core knows them. Adding one is a file beside google.ts and a line here.
import type { Clock, EgressFetch, Providers } from '../core/ports.ts';
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

export const createProviders = (deps: {
  endpoints: EndpointTable;
  egressFetch: EgressFetch;
  clock: Pick<Clock, 'now'>;
}): Providers => {
  const { endpoints, egressFetch, clock } = deps;
  const oauth2 = createOAuth2({ egressFetch, clock });
  const verifyIdToken = createIdTokenVerifier({ egressFetch, clock });
  return {
    google: createGoogle({ clouds: endpoints.google, oauth2, verifyIdToken, egressFetch }),
    microsoft: createMicrosoft({ clouds: endpoints.microsoft, oauth2, verifyIdToken, egressFetch }),
  };
};
