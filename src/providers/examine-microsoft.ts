// Tries a registration at Entra without a person: by a silent authorization request, a made-up code, and where the
// registration is used in one directory alone, by a token of the app itself.
import type {
  AuthenticatedClient,
  EgressFetch,
  ProviderAdapter,
  ProviderFailure,
  RegistrationFinding,
} from '../core/ports.ts';
import { nothingSaid } from '../core/ports.ts';
import { aadstsMeaning } from './aadsts.ts';
import { endpointsOf } from './clouds.ts';
import type { ParseCredential } from './credentials.ts';
import { fillTenant, ownDirectory, serverOf, tenantOf } from './directories.ts';
import type { MicrosoftEndpoints } from './endpoints.ts';
import { merge, passed, refusalFindings, unknown } from './findings.ts';
import { redeemMadeUpCode } from './made-up-code.ts';
import { defaultScope, type Resource } from './microsoft-scopes.ts';
import type { OAuth2, Registration } from './oauth2.ts';
import { registrationOf } from './registration.ts';
import { askSilently, isSound } from './silent-request.ts';

type Deps = {
  clouds: Record<string, MicrosoftEndpoints>;
  oauth2: OAuth2;
  parseCredential: ParseCredential;
  egressFetch: EgressFetch;
};

const asApp = ['directory', 'client_id', 'credential'] as const;

export const createMicrosoftExamination = (deps: Deps): ProviderAdapter['examine'] => {
  const { clouds, oauth2, parseCredential, egressFetch } = deps;

  const trySilently = async (
    client: AuthenticatedClient,
    redirectUri: string,
    signal: AbortSignal,
  ): Promise<RegistrationFinding[]> => {
    const endpoint = fillTenant(endpointsOf(clouds, client).authorization, tenantOf(client));
    const subjects = ['directory', 'client_id', 'redirect_uri'] as const;
    const answer = await askSilently(
      egressFetch,
      { endpoint, clientId: client.clientId, redirectUri },
      signal,
    );
    if (isSound(answer)) return passed(...subjects);
    if (answer.kind === 'none') return unknown(subjects, answer.failure.reason, answer.failure.provider);
    if (answer.kind === 'callback') return unknown(subjects);
    const errorCodes = pageNumbers(answer.text);
    const reason = aadstsMeaning(errorCodes)?.reason;
    if (reason === undefined) return unknown(subjects);
    const provider = { ...nothingSaid, httpStatus: answer.httpStatus, errorCodes };
    return refusalFindings(subjects, { reason, provider }) ?? unknown(subjects, undefined, provider);
  };

  const tryCode = async (
    client: AuthenticatedClient,
    { registration, redirectUri }: { registration: Registration; redirectUri: string },
    signal: AbortSignal,
  ): Promise<RegistrationFinding[]> => {
    const endpoints = endpointsOf(clouds, client);
    const server = serverOf(endpoints, tenantOf(client));
    const request = { server, registration, redirectUri, scope: 'openid', codePrefix: '0.' };
    const answer = await redeemMadeUpCode(oauth2, request, signal);
    switch (answer.kind) {
      case 'credential_taken':
        return passed(...asApp);
      case 'refused':
        return refusalFindings(asApp, answer.failure) ?? doubt(answer.failure);
      case 'nothing_proved':
        return unknown(['credential']);
      default:
        return answer satisfies never;
    }
  };

  /** A directory that knows the app gives it a token for either resource, whatever it may do with it. */
  const tryAsApp = async (
    client: AuthenticatedClient,
    registration: Registration,
    { directory, resources }: { directory: string; resources: readonly Resource[] },
    signal: AbortSignal,
  ): Promise<RegistrationFinding[]> => {
    const endpoints = endpointsOf(clouds, client);
    const server = serverOf(endpoints, directory);
    let first: ProviderFailure | null = null;
    for (const resource of resources) {
      const scope = defaultScope(endpoints, resource);
      const answer = await oauth2.clientCredentials(server, registration, scope, signal);
      if (answer.ok) return passed(...asApp);
      const refused = refusalFindings(asApp, answer.failure);
      if (refused !== null) return refused;
      first ??= answer.failure;
    }
    return first === null ? unknown(['credential']) : doubt(first);
  };

  return async (client, { redirectUri }, signal) => {
    const directory = ownDirectory(client);
    const registration = registrationOf(parseCredential, client);

    const tryCredential = async (): Promise<RegistrationFinding[]> => {
      if (!registration.ok)
        return refusalFindings(asApp, registration.failure) ?? doubt(registration.failure);
      const { value } = registration;
      if (client.grantType === 'client_credentials') {
        if (directory === null) return unknown(['directory'], 'tenant_unknown');
        return tryAsApp(client, value, { directory, resources: ['outlook', 'graph'] }, signal);
      }
      const findings = await tryCode(client, { registration: value, redirectUri }, signal);
      const isOpen = findings.some(({ subject, result }) => subject === 'credential' && result === 'unknown');
      if (!isOpen || directory === null) return findings;
      const asOwn = await tryAsApp(client, value, { directory, resources: ['graph'] }, signal);
      // Of people's clients it can prove the credential; being unknown as an app in a directory is no mistake of theirs.
      return [...asOwn.filter(({ subject }) => subject === 'credential'), ...findings];
    };

    // The redirect URI of a client without people is of no concern.
    const needsRedirect = client.grantType === 'authorization_code';
    const silent = needsRedirect ? trySilently(client, redirectUri, signal) : Promise.resolve([]);
    return merge((await Promise.all([silent, tryCredential()])).flat());
  };
};

const doubt = ({ reason, provider }: ProviderFailure): RegistrationFinding[] =>
  unknown(['credential'], reason, provider);

/** The numbers on Entra's error page, in its sentence or in the data that its script draws it from. */
const pageNumbers = (text: string): number[] =>
  [...text.matchAll(/AADSTS(\d{5,8})\b|"[is]ErrorCode"\s*:\s*"?(\d{5,8})\b/g)]
    .map(([, sentence, data]) => Number(sentence ?? data))
    .slice(0, 5);
