// The endpoints of the cloud that an OAuth client is registered in.
import { GatewayError } from '../core/errors.ts';
import type { OAuthClient } from '../core/oauth-clients.ts';

const names = { google: 'Google', microsoft: 'Microsoft' } as const;

/** Throws `internal_error` when an operator's table no longer has the cloud. */
export const endpointsOf = <Endpoints>(
  clouds: Readonly<Record<string, Endpoints>>,
  { provider, cloud }: Pick<OAuthClient, 'provider' | 'cloud'>,
): Endpoints => {
  const endpoints = Object.hasOwn(clouds, cloud) ? clouds[cloud] : undefined;
  if (endpoints === undefined) {
    throw new GatewayError('internal_error', `The endpoint table has no ${names[provider]} cloud ${cloud}.`);
  }
  return endpoints;
};
