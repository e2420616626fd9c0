// The set-up list of an OAuth client at Google that people consent to.
// https://developers.google.com/identity/protocols/oauth2/web-server
import { classOf, gmailApi, googleConsole, project, workspaceConsole } from './google-console.ts';
import { enterHere, examination } from './here.ts';
import type { Registration, SetUpStep } from './list.ts';
import { permissionsOf, profilesInWords } from './permissions.ts';

export const googleSteps = (registration: Registration): SetUpStep[] => [
  project,
  branding(registration),
  audience(registration),
  scopes(registration),
  gmailApi('api and send_only'),
  client,
  credential,
  enterHere(registration, []),
  redirectUri(registration),
  trusted(registration),
  examination(registration),
];

const hostOf = (url: string): string =>
  URL.canParse(url) ? new URL(url).host : '<host of the redirect URI>';

const branding = ({ redirectUri: uri }: Registration): SetUpStep => ({
  step: 'branding',
  title: 'Name the app',
  where: 'Google Cloud console > Google Auth Platform > Branding',
  what: [
    'Enter the name that people read on the consent page, an address for support and one for the developer.',
    'Under Authorized domains, enter the domain that you own and that the host below belongs to. Google asks for a home page and a privacy policy on it before it verifies the app; an Internal app needs neither.',
  ],
  values: [{ label: 'Host of the redirect URI', value: hostOf(uri) }],
  url: `${googleConsole}/auth/branding`,
  remedyFor: ['unverified_app'],
});

const audience = ({ client: { personalAccounts } }: Registration): SetUpStep => ({
  step: 'audience',
  title: 'Choose who may connect',
  where: 'Google Cloud console > Google Auth Platform > Audience',
  what: [
    'Internal: only accounts of the Google Workspace organisation that owns the project. No verification, no limit of people, no end after seven days. Choose it when all mailboxes belong to that one organisation.',
    'External: accounts of any organisation, and gmail.com. Restricted scopes then need the verification by Google and a security assessment every year; until then people see a warning, and 100 of them can connect in the whole life of the project.',
    'With External, choose Publish app, so that the publishing status is In production. In testing only the listed test users get through, and every permission ends after seven days; those that were given in testing keep this end, and their mailboxes must be reconnected.',
    'Google limits how many new people may approve an app in a day; a higher limit can be asked for in this console.',
    personalAccounts
      ? 'This OAuth client takes personal accounts (`personal_accounts` is true), which Internal keeps out.'
      : 'This OAuth client takes no personal accounts (`personal_accounts` is false): accounts of gmail.com are refused here even where Google lets them through.',
  ],
  values: [],
  url: `${googleConsole}/auth/audience`,
  remedyFor: [
    'grant_testing_mode',
    'grant_ending_testing_mode',
    'client_internal_only',
    'unverified_app',
    'consent_rate_limited',
    'personal_account_refused',
  ],
});

const scopes = (registration: Registration): SetUpStep => ({
  step: 'scopes',
  title: 'List the scopes',
  where: 'Google Cloud console > Google Auth Platform > Data Access > Add or remove scopes',
  what: [
    'Add the scopes of those profiles that you connect mailboxes with; each can be pasted under Manually add scopes.',
    'Google verifies what is listed here: a scope that is asked for and not verified brings the warning page back.',
  ],
  values: permissionsOf(registration).map((permission) => ({
    label: `${profilesInWords(permission)}; ${classOf(permission.scope)}`,
    value: permission.scope,
  })),
  url: `${googleConsole}/auth/scopes`,
  remedyFor: ['unverified_app', 'client_misconfigured', 'permission_not_offered'],
});

const client: SetUpStep = {
  step: 'client',
  title: 'Create the OAuth client',
  where: 'Google Cloud console > Google Auth Platform > Clients > Create client',
  what: [
    'Choose the application type Web application; no other type takes a redirect URI of this server.',
    'Leave the authorized redirect URIs empty for now: a later step has the one to enter.',
    'Copy the client ID. A client that nobody uses for six months is deleted by Google; it can be restored within 30 days.',
  ],
  values: [{ label: 'Application type', value: 'Web application' }],
  url: `${googleConsole}/auth/clients`,
  remedyFor: ['client_unknown', 'client_misconfigured'],
};

const credential: SetUpStep = {
  step: 'credential',
  title: 'Copy the client secret',
  where: 'Google Cloud console > Google Auth Platform > Clients > the client',
  what: [
    'Copy the client secret when the client is created: the console may not show it again.',
    'To rotate it, choose Add secret; both are good until you disable the old one. Enter the new one here as `next_credential` first, and disable the old one when the event `oauth_client.credential_rotated` has told that the new one was taken.',
  ],
  values: [],
  url: `${googleConsole}/auth/clients`,
  remedyFor: ['client_secret_wrong', 'client_secret_expired', 'client_secret_expiring'],
};

const redirectUri = ({ redirectUri: uri }: Registration): SetUpStep => ({
  step: 'redirect_uri',
  title: 'Enter the redirect URI',
  where: 'Google Cloud console > Google Auth Platform > Clients > the client > Authorized redirect URIs',
  what: [
    'Add the redirect URI letter by letter, without a slash or a space at its end. Leave the JavaScript origins empty.',
    'It changes with the host of this server or of the workspace: then add the new one before the old one is removed.',
  ],
  values: [{ label: 'Authorized redirect URI', value: uri }],
  url: `${googleConsole}/auth/clients`,
  remedyFor: ['redirect_uri_mismatch', 'client_misconfigured'],
});

const trusted = ({ client: { clientId } }: Registration): SetUpStep => ({
  step: 'trusted',
  title: 'Have the app trusted in an organisation',
  where:
    'Google Admin console > Security > Access and data control > API controls > Manage app access, by an administrator of the organisation whose mailboxes are connected',
  what: [
    'Needed only where the organisation restricts access to Gmail, or limits how long a sign-in lasts. The administrator adds the app by its client ID and chooses Trusted.',
    'For the people of that organisation it also lifts the limits of testing: the seven days, the 100 people, and the boxes that can be left unticked.',
    'Under Security > Google Cloud session control, trusted apps can be exempted from the end of sessions.',
  ],
  values: [{ label: 'OAuth client ID', value: clientId }],
  url: `${workspaceConsole}/ac/owl`,
  remedyFor: ['blocked_by_policy', 'session_control', 'scope_missing'],
});
