// Set-up lists: what to do in a provider's console for an OAuth client, step by step, with the exact texts to paste.
// Computed from the OAuth client as it is entered, so that the list asks for what connect sessions will ask for.

import type { CredentialKind } from '../client-credentials.ts';
import { invalidField } from '../errors.ts';
import type { GrantType, OAuthClient, OAuthClients, ProviderName } from '../oauth-clients.ts';
import { redirectUriOf } from '../origins.ts';
import type { ProviderKnowledge } from '../ports.ts';
import type { Principal } from '../principal.ts';
import { secret } from '../secret.ts';
import { googleSteps } from './google.ts';
import { googleServiceAccountSteps } from './google-service-account.ts';
import type { Registration, SetUpList, SetUpStep } from './list.ts';
import { microsoftSteps } from './microsoft.ts';
import { microsoftAppOnlySteps } from './microsoft-app-only.ts';

export type { SetUpList, SetUpStep, SetUpStepName, SetUpValue } from './list.ts';

/** What is decided before there is an OAuth client; what is left out is as `POST /v1/oauth-clients` has it. */
export type PlannedClient = {
  provider: ProviderName;
  grantType?: GrantType;
  credentialKind?: CredentialKind;
  cloud?: string;
  entraTenant?: string;
  personalAccounts?: boolean;
  extraScopes?: string[];
};

export type SetUpLists = ReturnType<typeof createSetUpLists>;

type Knowledge = Record<ProviderName, ProviderKnowledge>;
type Needs = { providers: Knowledge; oauthClients: Pick<OAuthClients, 'read'> };

export const createSetUpLists = ({ providers, oauthClients }: Needs) => ({
  /** For every OAuth client that the principal may see. Throws `not_found`, `permission_denied`. */
  async of(principal: Principal, oauthClientId: string): Promise<SetUpList> {
    const { redirectUri, ...client } = await oauthClients.read(principal, oauthClientId);
    const { provider, grantType } = client;
    const registration = { client, redirectUri, isEntered: true, provider: providers[provider] };
    return { oauthClientId, provider, grantType, steps: stepsOf(registration) };
  },

  /** Throws as `setUpListForNew`. */
  forNew: (planned: PlannedClient): SetUpList => setUpListForNew(providers, planned),
});

/**
 * Before there is an OAuth client: what the provider gives, and the redirect URI, are placeholders in angle brackets.
 * Throws `invalid_request` for a grant type, a credential or a cloud that the provider does not have.
 */
export function setUpListForNew(providers: Knowledge, planned: PlannedClient): SetUpList {
  const provider = providers[planned.provider];
  const grantType = planned.grantType ?? 'authorization_code';
  const kinds = provider.registrations[grantType];
  const [firstKind] = kinds ?? [];
  if (!kinds || !firstKind) {
    throw invalidField('/grant_type', `${planned.provider} has no OAuth clients of this grant type`);
  }
  const credentialKind = planned.credentialKind ?? firstKind;
  if (!kinds.includes(credentialKind)) {
    throw invalidField('/credential/kind', `must be one of: ${kinds.join(', ')}`);
  }
  const cloud = planned.cloud ?? provider.clouds[0] ?? '';
  if (!provider.clouds.includes(cloud)) {
    throw invalidField('/cloud', `must be one of: ${provider.clouds.join(', ')}`);
  }
  const client = placeholder({ ...planned, grantType, cloud, credentialKind });
  const redirectUri = redirectUriOf('https://<host of this server or of the workspace>', client.id);
  const steps = stepsOf({ client, redirectUri, isEntered: false, provider });
  return { oauthClientId: null, provider: planned.provider, grantType, steps };
}

function stepsOf(registration: Registration): SetUpStep[] {
  const { provider, grantType } = registration.client;
  if (provider === 'google') {
    return grantType === 'jwt_bearer' ? googleServiceAccountSteps(registration) : googleSteps(registration);
  }
  return grantType === 'client_credentials'
    ? microsoftAppOnlySteps(registration)
    : microsoftSteps(registration);
}

type Planned = PlannedClient & Required<Pick<PlannedClient, 'grantType' | 'cloud' | 'credentialKind'>>;

const clientIds: Record<GrantType, string> = {
  authorization_code: '<client ID>',
  jwt_bearer: '<unique ID of the service account>',
  client_credentials: '<Application (client) ID>',
};

const placeholder = (planned: Planned): OAuthClient => ({
  id: '<id of the OAuth client>',
  workspaceId: null,
  provider: planned.provider,
  name: '<name, for people>',
  grantType: planned.grantType,
  clientId: clientIds[planned.grantType],
  credential: { kind: planned.credentialKind, held: secret(''), expiresAt: null, addedAt: 0 },
  nextCredential: null,
  expiryWarnedDays: null,
  cloud: planned.cloud,
  entraTenant: planned.provider === 'google' ? null : tenantOf(planned),
  personalAccounts: planned.personalAccounts ?? true,
  extraScopes: planned.extraScopes ?? [],
  customersMayUse: false,
  examination: null,
  dialects: {},
  status: 'active',
  pausedReason: null,
  pausedAt: null,
  pausedWords: null,
  createdAt: 0,
  updatedAt: 0,
  deletedAt: null,
});

const tenantOf = ({ entraTenant, grantType }: Planned): string =>
  entraTenant?.toLowerCase() ?? (grantType === 'client_credentials' ? '<id of the directory>' : 'common');
