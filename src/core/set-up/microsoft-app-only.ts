// The set-up list of an app at Microsoft that opens mailboxes by a right of its own, without people.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
import { enterHere, examination } from './here.ts';
import type { Registration, SetUpStep } from './list.ts';
import { microsoftCredential } from './microsoft-credential.ts';
import { mailboxAccess, mailProtocols, servicePrincipal } from './microsoft-exchange.ts';
import { microsoftPermissions } from './microsoft-permissions.ts';
import { cloudInWords, registrationPage } from './microsoft-portals.ts';

export const microsoftAppOnlySteps = (registration: Registration): SetUpStep[] => [
  register(registration),
  permissions(registration),
  adminConsent(registration),
  microsoftCredential(registration),
  enterHere(registration, ['tenant_unknown', 'wrong_cloud']),
  servicePrincipal(registration),
  mailboxAccess(registration),
  mailProtocols(registration),
  examination(registration),
];

const register = ({ client }: Registration): SetUpStep => ({
  step: 'registration',
  title: 'Register the app',
  where: 'Entra admin center > App registrations > New registration',
  what: [
    cloudInWords(client),
    'Register it in the directory whose mailboxes it opens, for accounts in this organizational directory only. Leave the redirect URI empty: nobody signs in.',
    'An app for the mailboxes of other organisations is registered for accounts in any organizational directory; each of these organisations has an OAuth client of its own here, with the id of its directory.',
    'Copy the Application (client) ID and the Directory (tenant) ID from the overview. `entra_tenant` is this directory; `common` and `organizations` are refused.',
  ],
  values: [
    { label: 'Supported account types', value: 'Accounts in this organizational directory only' },
    { label: 'Directory (tenant) ID', value: client.entraTenant ?? '<id of the directory>' },
  ],
  url: registrationPage(client, 'Overview'),
  remedyFor: ['client_unknown', 'tenant_unknown', 'wrong_cloud', 'client_misconfigured'],
});

const permissions = (registration: Registration): SetUpStep => ({
  step: 'permissions',
  title: 'Add the application permissions',
  where: 'Entra admin center > App registrations > the app > API permissions > Add a permission',
  what: [
    'Add the permissions of those profiles that you connect mailboxes with. Application permissions, not delegated ones of a similar name.',
    'Remove what is not in the list, User.Read of a new registration included.',
  ],
  values: microsoftPermissions(registration),
  url: registrationPage(registration.client, 'CallAnAPI'),
  remedyFor: ['permission_not_offered', 'client_misconfigured', 'api_access_denied'],
});

const adminConsent = ({ client, redirectUri }: Registration): SetUpStep => ({
  step: 'admin_consent',
  title: 'Grant admin consent',
  where: 'Entra admin center > App registrations > the app > API permissions > Grant admin consent',
  what: [
    'Application permissions count for nothing until an administrator grants them.',
    'In another organisation than the one of the registration, its administrator opens the `admin_consent_url` of a connect session with this OAuth client; that also makes the enterprise application there. For this way alone the app needs the redirect URI below, under Authentication, platform Web.',
    'Grant it again whenever a permission was added.',
  ],
  values: [
    { label: 'Application (client) ID', value: client.clientId },
    { label: 'Redirect URI, for other organisations', value: redirectUri },
  ],
  url: registrationPage(client, 'CallAnAPI'),
  remedyFor: ['admin_consent_required', 'consent_required', 'blocked_by_policy'],
});
