// Tries a registration at Google without a person: an OAuth client by a silent authorization request and a made-up
// code, a service account by tokens that it signs for.
import type { ReasonCode } from '../core/diagnosis.ts';
import type {
  Attempt,
  AuthenticatedClient,
  EgressFetch,
  IssuedTokens,
  ProviderAdapter,
  ProviderFailure,
  RegistrationFinding,
} from '../core/ports.ts';
import { nothingSaid } from '../core/ports.ts';
import { endpointsOf } from './clouds.ts';
import type { ParseCredential } from './credentials.ts';
import type { GoogleEndpoints } from './endpoints.ts';
import { failed, merge, passed, refusalFindings, type Subject, unknown } from './findings.ts';
import { delegatedScopes } from './google-knowledge.ts';
import { redeemMadeUpCode } from './made-up-code.ts';
import type { AuthorizationServer, OAuth2 } from './oauth2.ts';
import { registrationOf, serviceAccountOf } from './registration.ts';
import { askSilently, isSound } from './silent-request.ts';

/** A token by a service account's own signature; without a subject, for the account itself. */
export type MintFor = (
  client: AuthenticatedClient,
  request: { subject: string | null; scopes: readonly string[] },
  signal: AbortSignal,
) => Promise<Attempt<IssuedTokens>>;

type Deps = {
  clouds: Record<string, GoogleEndpoints>;
  oauth2: OAuth2;
  parseCredential: ParseCredential;
  egressFetch: EgressFetch;
  mintFor: MintFor;
  serverOf: (endpoints: GoogleEndpoints) => AuthorizationServer;
};

export const createGoogleExamination = (deps: Deps): ProviderAdapter['examine'] => {
  const { clouds, oauth2, parseCredential, egressFetch, mintFor, serverOf } = deps;

  const trySilently = async (
    client: AuthenticatedClient,
    redirectUri: string,
    signal: AbortSignal,
  ): Promise<RegistrationFinding[]> => {
    const endpoint = endpointsOf(clouds, client).authorization;
    const subjects = ['client_id', 'redirect_uri'] as const;
    const answer = await askSilently(
      egressFetch,
      { endpoint, clientId: client.clientId, redirectUri },
      signal,
    );
    if (isSound(answer)) return passed(...subjects);
    if (answer.kind === 'none') return unknown(subjects, answer.failure.reason, answer.failure.provider);
    if (answer.kind === 'callback') return unknown(subjects);
    const error = pageErrors.exec(answer.text)?.[1];
    const reason = error === undefined ? undefined : pageReasons[error];
    if (error === undefined || reason === undefined) return unknown(subjects);
    const provider = { ...nothingSaid, httpStatus: answer.httpStatus, error };
    return refusalFindings(subjects, { reason, provider }) ?? unknown(subjects);
  };

  const tryCode = async (
    client: AuthenticatedClient,
    redirectUri: string,
    signal: AbortSignal,
  ): Promise<RegistrationFinding[]> => {
    const subjects = ['client_id', 'credential'] as const;
    const registration = registrationOf(parseCredential, client);
    if (!registration.ok) return refusalFindings(subjects, registration.failure) ?? unknown(subjects);
    const server = serverOf(endpointsOf(clouds, client));
    const answer = await redeemMadeUpCode(
      oauth2,
      { server, registration: registration.value, redirectUri, scope: null, codePrefix: '4/0' },
      signal,
    );
    switch (answer.kind) {
      case 'credential_taken':
        return passed(...subjects);
      case 'refused':
        return refusalFindings(subjects, answer.failure) ?? doubt(['credential'], answer.failure);
      case 'nothing_proved':
        return unknown(['credential']);
      default:
        return answer satisfies never;
    }
  };

  const tryServiceAccount = async (
    client: AuthenticatedClient,
    email: string | null,
    signal: AbortSignal,
  ): Promise<RegistrationFinding[]> => {
    const subjects = ['client_id', 'credential'] as const;
    const account = serviceAccountOf(parseCredential, client);
    if (!account.ok) return refusalFindings(subjects, account.failure) ?? unknown(subjects);
    // The numeric id is what an administrator enters; the requests themselves name the address.
    if (account.value.clientId !== client.clientId) {
      return [failed('client_id', 'service_account_unknown', null)];
    }
    const [scopes = []] = delegatedScopes(client);
    const own = await mintFor(client, { subject: null, scopes }, signal);
    const findings = own.ok || isSigned(own.failure) ? passed(...subjects) : accountFindings(own.failure);
    if (email === null) return [...findings, ...unknown(['delegation'])];
    const isRefused = findings.some(({ result }) => result === 'failed');
    return isRefused ? findings : [...findings, ...(await tryDelegation(client, email, signal))];
  };

  /** One profile that is delegated is enough: which one the workspace uses is not known here. */
  const tryDelegation = async (
    client: AuthenticatedClient,
    email: string,
    signal: AbortSignal,
  ): Promise<RegistrationFinding[]> => {
    let first: ProviderFailure | null = null;
    for (const scopes of delegatedScopes(client)) {
      const attempt = await mintFor(client, { subject: email, scopes }, signal);
      if (attempt.ok) return passed('client_id', 'credential', 'delegation');
      first ??= attempt.failure;
      if (attempt.failure.reason !== 'delegation_missing') return doubt(['delegation'], attempt.failure);
    }
    return first === null ? unknown(['delegation']) : [failed('delegation', first.reason, first.provider)];
  };

  return async (client, { redirectUri, email }, signal) => {
    if (client.grantType === 'jwt_bearer') return merge(await tryServiceAccount(client, email, signal));
    const tries = [trySilently(client, redirectUri, signal), tryCode(client, redirectUri, signal)];
    return merge((await Promise.all(tries)).flat());
  };
};

const doubt = (subjects: readonly Subject[], { reason, provider }: ProviderFailure): RegistrationFinding[] =>
  unknown(subjects, reason, provider);

/** Only a good signature gets as far as the question of what it may have. */
const isSigned = ({ reason }: ProviderFailure): boolean =>
  reason === 'delegation_missing' || reason === 'account_not_found';

const accountFindings = (failure: ProviderFailure): RegistrationFinding[] =>
  failure.reason === 'service_account_unknown'
    ? [failed('credential', failure.reason, failure.provider)]
    : doubt(['credential'], failure);

const pageErrors = /\b(redirect_uri_mismatch|deleted_client|disabled_client|invalid_client)\b/;

const pageReasons: Readonly<Record<string, ReasonCode>> = {
  redirect_uri_mismatch: 'redirect_uri_mismatch',
  deleted_client: 'client_unknown',
  disabled_client: 'client_unknown',
  invalid_client: 'client_unknown',
};
