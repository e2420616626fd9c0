// The set-up list of an app at Microsoft that people consent to.
// https://learn.microsoft.com/entra/identity-platform/quickstart-register-app
import { enterHere, examination } from './here.ts';
import type { Registration, SetUpStep } from './list.ts';
import { accountTypesOf, contradictionsOf, wordingOf } from './microsoft-accounts.ts';
import { microsoftCredential } from './microsoft-credential.ts';
import { mailProtocols } from './microsoft-exchange.ts';
import { microsoftPermissions } from './microsoft-permissions.ts';
import { cloudInWords, registrationPage } from './microsoft-portals.ts';

export const microsoftSteps = (registration: Registration): SetUpStep[] => [
  register(registration),
  permissions(registration),
  microsoftCredential(registration),
  enterHere(registration, [
    'client_single_tenant',
    'personal_account_refused',
    'tenant_unknown',
    'wrong_cloud',
  ]),
  redirectUri(registration),
  ...(accountTypesOf(registration.client) === 'personal_only' ? [] : [adminConsent(registration)]),
  mailProtocols(registration),
  examination(registration),
];

function register({ client }: Registration): SetUpStep {
  const { choice, signInAudience, meaning } = wordingOf(client);
  return {
    step: 'registration',
    title: 'Register the app',
    where: 'Entra admin center > App registrations > New registration',
    what: [
      cloudInWords(client),
      'Enter the name that people read on the consent page, and leave the redirect URI empty for now.',
      'Choose the supported account types below.',
      meaning,
      ...contradictionsOf(client),
      'Copy the Application (client) ID from the overview, and the Directory (tenant) ID if the app is for one directory.',
      'An app that people of other organisations use should have a verified publisher (Branding & properties): without one, those organisations let nobody but an administrator approve it.',
    ],
    values: [
      { label: 'Supported account types', value: choice },
      { label: 'signInAudience in the manifest', value: signInAudience },
    ],
    url: registrationPage(client, 'Overview'),
    remedyFor: [
      'client_unknown',
      'client_single_tenant',
      'account_type_refused',
      'tenant_unknown',
      'wrong_cloud',
      'client_misconfigured',
    ],
  };
}

const permissions = (registration: Registration): SetUpStep => ({
  step: 'permissions',
  title: 'Add the permissions',
  where: 'Entra admin center > App registrations > the app > API permissions > Add a permission',
  what: [
    'Add the permissions of those profiles that you connect mailboxes with; each can be searched for by its name.',
    'Remove what is not in the list: an administrator who grants consent grants all that stands here.',
    'People who connect with the profile send_only may mostly approve alone; the other profiles read mail, which Microsoft leaves to administrators since the end of 2025 unless an organisation has a policy of its own. Consent that was given before stays good.',
  ],
  values: microsoftPermissions(registration),
  url: registrationPage(registration.client, 'CallAnAPI'),
  remedyFor: ['permission_not_offered', 'consent_required', 'client_misconfigured'],
});

const redirectUri = ({ client, redirectUri: uri }: Registration): SetUpStep => ({
  step: 'redirect_uri',
  title: 'Enter the redirect URI',
  where: 'Entra admin center > App registrations > the app > Authentication > Add a platform > Web',
  what: [
    'Choose the platform Web and enter the redirect URI letter by letter, without a slash or a space at its end.',
    'Not the platform Single-page application: its permissions end after 24 hours. A URI that stands there is moved to Web, and the mailboxes that were connected through it are reconnected.',
    'Leave both boxes under Implicit grant and hybrid flows empty, and Allow public client flows at No.',
    'It changes with the host of this server or of the workspace: then add the new one before the old one is removed.',
  ],
  values: [
    { label: 'Platform', value: 'Web' },
    { label: 'Redirect URI', value: uri },
  ],
  url: registrationPage(client, 'Authentication'),
  remedyFor: ['redirect_uri_mismatch', 'client_registered_as_spa', 'client_misconfigured'],
});

const adminConsent = ({ client }: Registration): SetUpStep => ({
  step: 'admin_consent',
  title: "Get the administrator's consent",
  where: 'Entra admin center > App registrations > the app > API permissions > Grant admin consent',
  what: [
    'For your own organisation: choose Grant admin consent, as an administrator. It counts for all accounts, and nobody is asked again.',
    'For another organisation: send its administrator the `admin_consent_url` of a connect session. The page behind it says who asks for what and leads to Microsoft; the administrator connects no mailbox by it.',
    'Then the mailbox owner opens the link of the session again, or presses the button for another try.',
    'Where only assigned people may use an app, the administrator assigns them under Enterprise applications > the app > Users and groups.',
  ],
  values: [{ label: 'Application (client) ID', value: client.clientId }],
  url: registrationPage(client, 'CallAnAPI'),
  remedyFor: ['admin_consent_required', 'consent_required', 'blocked_by_policy', 'user_not_assigned'],
});
