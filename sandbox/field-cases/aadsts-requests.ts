// Error numbers of Entra that are about the registration, the request, or Entra's own trouble.
import { administrator, operator, wait, workspace } from './expectations.ts';
import type { AadstsGroup } from './types.ts';

const badRequest = { error: 'invalid_request' };
const badClient = { error: 'invalid_client' };

export const requestGroups: readonly AadstsGroup[] = [
  [
    'request',
    administrator('admin_consent_required'),
    { error: 'unauthorized_client' },
    { 7000229: 'Nobody in the directory has approved the app.' },
  ],
  [
    'oauth_client',
    workspace('client_secret_wrong'),
    badClient,
    {
      70002: 'The credential is not valid.',
      7000215: 'The secret is not valid, often because its id was entered.',
    },
  ],
  ['oauth_client', workspace('client_secret_expired'), badClient, { 7000222: 'The secret has expired.' }],
  [
    'oauth_client',
    workspace('client_assertion_refused'),
    badClient,
    {
      700027: 'The signature with the certificate is not valid.',
    },
  ],
  [
    'oauth_client',
    workspace('client_unknown'),
    { error: 'unauthorized_client' },
    {
      70001: 'The app is not supported or disabled.',
      700011: 'The directory does not know the app.',
      700016: 'The app is not in this directory.',
      7000112: 'The app is disabled.',
    },
  ],
  [
    'oauth_client',
    workspace('client_misconfigured'),
    badClient,
    {
      700025: 'The registration is a public one, which has no secret.',
      7000218: 'The request came without a secret.',
    },
  ],
  [
    'request',
    workspace('redirect_uri_mismatch'),
    badRequest,
    {
      50011: 'The redirect URI is not registered.',
      900971: 'No redirect URI is registered at all.',
    },
  ],
  [
    'request',
    workspace('redirect_uri_mismatch'),
    { error: 'invalid_grant' },
    {
      500112: 'The redirect URI is another one than at the sign-in.',
    },
  ],
  [
    'request',
    workspace('client_single_tenant'),
    badRequest,
    {
      50194: 'The app is for one organisation and was used for any.',
    },
  ],
  [
    'request',
    workspace('account_type_refused'),
    badRequest,
    {
      90124: 'The service does not serve this kind of account.',
      90130: 'The app does not serve this kind of account.',
      9001023: 'This way of signing in does not serve every kind of account.',
      9002332: 'The app is for accounts of organisations.',
    },
  ],
  [
    'request',
    workspace('permission_not_offered'),
    { error: 'invalid_resource' },
    {
      65005: 'The app asks for a service that it does not list.',
      65006: 'The app asks for a permission that the service does not have.',
      650054: 'The app asks for a service that was removed.',
      650056: 'The permissions of the app do not fit.',
      650057: 'The service is not among the permissions of the app.',
    },
  ],
  [
    'request',
    workspace('tenant_unknown'),
    badRequest,
    { 90002: 'The directory does not exist in this cloud.' },
  ],
  [
    'request',
    workspace('wrong_cloud'),
    badRequest,
    {
      90038: 'The directory is in another national cloud.',
      900382: 'The request crosses between clouds.',
      900432: 'The app is not supported across clouds.',
    },
  ],
  [
    'grant',
    workspace('client_registered_as_spa'),
    { error: 'invalid_grant' },
    {
      700084: 'A single-page application has its refresh token for 24 hours.',
    },
  ],
  [
    'request',
    operator('request_refused'),
    badRequest,
    {
      28000: 'The scope names two services.',
      28002: 'The scope is not valid for the request.',
      28003: 'The scope is empty.',
      50059: 'No directory can be told from the request.',
      50128: 'No directory can be told from the domain.',
      70011: 'The scope is not valid.',
      70016: 'A device sign-in is pending.',
      70018: 'The code of a device sign-in is wrong.',
      70019: 'The code of a device sign-in has expired.',
      90004: 'The request is malformed.',
      90013: 'The input is not valid.',
      90014: 'A field of the request is missing.',
      90019: 'No directory is named in the request.',
      90023: 'The request is not valid.',
      90027: 'The request is not allowed for every kind of account at once.',
      90056: 'The request is not valid for this endpoint.',
      700022: 'The scope names several services.',
      700023: 'The scope asks for everything of a service, and for more.',
      900144: 'The body of the request lacks a parameter.',
      901002: 'The parameter resource is not supported.',
      9002313: 'The request is not valid in its form.',
    },
  ],
  [
    'request',
    operator('request_refused'),
    { error: 'invalid_grant' },
    {
      7000012: 'The refresh token is of another directory.',
    },
  ],
  ['transient', wait('provider_rate_limited'), badRequest, { 90055: 'The directory is asked too often.' }],
  [
    'transient',
    wait('provider_unavailable'),
    { error: 'invalid_grant' },
    {
      40010: 'The answer is to be asked for again.',
      50033: 'An error that passes.',
      50087: 'An error that passes, in signing.',
      70012: 'The service for personal accounts has an error.',
      80001: 'The password agent on the premises cannot be reached.',
      80002: 'The password agent did not answer in time.',
      80005: 'The password agent gave an unreadable answer.',
      80007: 'The password agent could not check the password.',
      80012: 'The sign-in is outside the hours that the local directory allows.',
      80013: 'The clocks of password agent and directory differ.',
      80014: 'The password agent took too long.',
      90006: 'The service is not available.',
      90012: 'The request took too long.',
      90024: 'The request was cut short.',
      90033: 'A service behind it is not available.',
      90090: 'A service of the directory is not available.',
    },
  ],
];
