// What somebody has entered of a new OAuth client so far, what is still missing, and what is sent.

import type { Provider } from '../../api/mailboxes.ts';
import type { GrantType, NewOAuthClient } from '../../api/oauth-client.ts';
import { credentialKindsOf } from './client-words.ts';
import { type CredentialDraft, emptyCredential, enteredOf } from './credential-fields.tsx';
import { scopesOf } from './scopes-text.ts';

/** Microsoft: which accounts the registration is for. */
export type Audience = 'organizations' | 'common' | 'consumers' | 'one';

export type NewClientDraft = {
  provider: Provider;
  grantType: GrantType;
  name: string;
  clientId: string;
  credential: CredentialDraft;
  audience: Audience;
  directory: string;
  cloud: string;
  arePersonal: boolean;
  mayCustomers: boolean;
  scopes: string;
};

export const emptyDraft: NewClientDraft = {
  provider: 'google',
  grantType: 'authorization_code',
  name: '',
  clientId: '',
  credential: emptyCredential('secret'),
  audience: 'organizations',
  directory: '',
  cloud: 'global',
  arePersonal: true,
  mayCustomers: false,
  scopes: '',
};

/** Another kind of registration: what was typed for the other kind does not fit it. */
export function withKind(draft: NewClientDraft, provider: Provider, grantType: GrantType): NewClientDraft {
  const [kind = 'secret'] = credentialKindsOf(provider, grantType);
  const isDirect = grantType === 'client_credentials';
  return {
    ...draft,
    provider,
    grantType,
    credential: kind === draft.credential.kind ? draft.credential : emptyCredential(kind),
    // Permissions of its own are given by one directory.
    audience: isDirect ? 'one' : draft.audience,
  };
}

export type Missing = Partial<Record<'name' | 'clientId' | 'directory' | 'credential', string>>;

export function missingOf(draft: NewClientDraft): Missing {
  const missing: Missing = {};
  if (draft.name.trim() === '') missing.name = 'Give it a name.';
  // A service account's key file names the id.
  if (draft.clientId.trim() === '' && draft.credential.kind !== 'service_account_key') {
    missing.clientId = 'Enter the client id.';
  }
  if (draft.provider === 'microsoft' && draft.audience === 'one' && draft.directory.trim() === '') {
    missing.directory = 'Enter the id of the directory, or its domain.';
  }
  if (enteredOf(draft.credential) === null) missing.credential = 'Enter the credential.';
  return missing;
}

/** Null while something is missing. */
export function bodyOf(draft: NewClientDraft): NewOAuthClient | null {
  const credential = enteredOf(draft.credential);
  if (credential === null || Object.keys(missingOf(draft)).length > 0) return null;
  const isMicrosoft = draft.provider === 'microsoft';
  const isAsking = draft.grantType === 'authorization_code';
  const extra = scopesOf(draft.scopes);
  return {
    provider: draft.provider,
    grant_type: draft.grantType,
    name: draft.name.trim(),
    ...(draft.clientId.trim() === '' ? {} : { client_id: draft.clientId.trim() }),
    credential,
    ...(isMicrosoft
      ? {
          cloud: draft.cloud,
          entra_tenant: draft.audience === 'one' ? draft.directory.trim() : draft.audience,
        }
      : {}),
    personal_accounts: isMicrosoft
      ? draft.audience === 'common' || draft.audience === 'consumers'
      : draft.arePersonal && isAsking,
    ...(extra.length === 0 ? {} : { extra_scopes: extra }),
    ...(draft.mayCustomers && isAsking ? { customers_may_use: true } : {}),
  };
}
