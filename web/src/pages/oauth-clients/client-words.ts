// What OAuth clients are made of, in words: kinds of access, kinds of credentials, clouds, examined subjects.

import type { Provider } from '../../api/mailboxes.ts';
import type { CredentialKind, Examination, GrantType } from '../../api/oauth-client.ts';

export const grantTypeLabels = {
  authorization_code: 'Each owner consents',
  jwt_bearer: 'Service account for a domain',
  client_credentials: 'Application with permissions of its own',
} as const satisfies Record<GrantType, string>;

export const grantTypeMeanings = {
  authorization_code: 'A web application. Each mailbox owner signs in once and allows access.',
  jwt_bearer:
    'A Google service account with domain-wide delegation. An administrator allows it for a whole domain; nobody signs in.',
  client_credentials:
    'An Entra application with application permissions. An administrator allows it for a whole directory; nobody signs in.',
} as const satisfies Record<GrantType, string>;

export const grantTypesOf = {
  google: ['authorization_code', 'jwt_bearer'],
  microsoft: ['authorization_code', 'client_credentials'],
} as const satisfies Record<Provider, readonly GrantType[]>;

export const credentialLabels = {
  secret: 'Client secret',
  certificate: 'Certificate',
  service_account_key: 'Key of the service account',
} as const satisfies Record<CredentialKind, string>;

/** What the provider takes for this kind of access. */
export const credentialKindsOf = (provider: Provider, grantType: GrantType): readonly CredentialKind[] => {
  if (grantType === 'jwt_bearer') return ['service_account_key'];
  return provider === 'microsoft' ? ['secret', 'certificate'] : ['secret'];
};

export const cloudChoice = [
  { value: 'global', label: 'Worldwide' },
  { value: 'us-gov-l4', label: 'US government (GCC High)' },
  { value: 'us-gov-dod', label: 'US government (DoD)' },
  { value: 'china', label: 'China (21Vianet)' },
] as const;

/** One that the operator added to the endpoint table is told by its name. */
export const cloudLabel = (cloud: string): string =>
  cloudChoice.find(({ value }) => value === cloud)?.label ?? cloud;

export const examinedSubjects = {
  directory: 'Directory',
  client_id: 'Client id',
  credential: 'Credential',
  redirect_uri: 'Redirect URI',
  delegation: 'Delegation for the domain',
  expiry: 'End of the credential',
  next_credential: 'Next credential',
  mailbox: 'A mailbox',
} as const satisfies Record<Examination['steps'][number]['subject'], string>;
