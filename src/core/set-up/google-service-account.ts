// The set-up list of a service account at Google that an administrator lets act for every mailbox of a domain.
// https://developers.google.com/identity/protocols/oauth2/service-account
import { gmailApi, googleConsole, project, workspaceConsole } from './google-console.ts';
import { enterHere, examination } from './here.ts';
import type { Registration, SetUpStep } from './list.ts';
import { permissionsOf, profilesInWords, scopesOfProfiles } from './permissions.ts';

export const googleServiceAccountSteps = (registration: Registration): SetUpStep[] => [
  project,
  gmailApi('api and send_only'),
  serviceAccount(registration),
  credential,
  enterHere(registration, []),
  delegation(registration),
  examination(registration),
];

const serviceAccount = ({ client: { clientId } }: Registration): SetUpStep => ({
  step: 'service_account',
  title: 'Create the service account',
  where: 'Google Cloud console > IAM & Admin > Service Accounts > Create service account',
  what: [
    'Give it a name and no role: it needs no right in the project, only the delegation that an administrator gives it below.',
    'Its details show a Unique ID, a number. That is its client ID, which the delegation names.',
  ],
  values: [{ label: 'Unique ID', value: clientId }],
  url: `${googleConsole}/iam-admin/serviceaccounts`,
  remedyFor: ['service_account_unknown', 'client_unknown'],
});

const credential: SetUpStep = {
  step: 'credential',
  title: 'Make a key',
  where:
    'Google Cloud console > IAM & Admin > Service Accounts > the account > Keys > Add key > Create new key',
  what: [
    'Choose JSON. The file is downloaded once; enter its whole text here, as one string, and delete it, or have the operator keep it outside of the database and name it by reference.',
    'Whoever has this file can open every mailbox of the domain: treat it so.',
    'An organisation may forbid such keys by the policy constraints/iam.disableServiceAccountKeyCreation; an administrator then makes an exception for this project.',
    'To rotate it, make a second key and enter it as `credential`; both are good at Google, so nothing is interrupted. Delete the first one when the new one has been used.',
  ],
  values: [{ label: 'Key type', value: 'JSON' }],
  url: `${googleConsole}/iam-admin/serviceaccounts`,
  remedyFor: ['service_account_unknown'],
};

const delegation = (registration: Registration): SetUpStep => ({
  step: 'delegation',
  title: 'Delegate the domain to it',
  where:
    'Google Admin console > Security > Access and data control > API controls > Domain-wide delegation > Add new, by an administrator of the domain',
  what: [
    'Enter the client ID and the scopes of those profiles that you connect mailboxes with, separated by commas. A scope that is missing, or spelt otherwise, is refused for every mailbox; do not rely on a wider one to stand in for a narrower one.',
    'It counts for all accounts of the domain, and can take up to 24 hours, mostly minutes.',
    'The account that is connected must have Gmail.',
  ],
  values: [
    { label: 'Client ID', value: registration.client.clientId },
    {
      label: 'OAuth scopes, all profiles',
      value: permissionsOf(registration)
        .map(({ scope }) => scope)
        .join(','),
    },
    ...scopesOfProfiles(registration).map(({ profile, scopes }) => ({
      label: `OAuth scopes, profile ${profile} alone`,
      value: scopes.join(','),
    })),
    ...permissionsOf(registration).map((permission) => ({
      label: `OAuth scope, ${profilesInWords(permission)}`,
      value: permission.scope,
    })),
  ],
  url: `${workspaceConsole}/ac/owl/domainwidedelegation`,
  remedyFor: ['delegation_missing', 'client_misconfigured'],
});
