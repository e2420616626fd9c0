// Every error number of Entra that a mail client may meet, as a refused refresh: the OAuth error that it comes with
// and what should come out. The sentences are ours; clients may not decide on them.
import {
  administrator,
  type EntraError,
  entraReply,
  operator,
  owner,
  wait,
  workspace,
} from './expectations.ts';
import type { Expectation, FailureKind, TokenCase } from './types.ts';

type Group = [
  kind: FailureKind,
  expect: Expectation,
  said: Pick<EntraError, 'error' | 'suberror'>,
  symptoms: Record<number, string>,
];

const revoked = { error: 'invalid_grant', suberror: 'bad_token' };
const interaction = { error: 'interaction_required' };
const action = { error: 'invalid_grant', suberror: 'basic_action' };
const badRequest = { error: 'invalid_request' };
const badClient = { error: 'invalid_client' };

const groups: readonly Group[] = [
  [
    'grant',
    owner('sign_in_required'),
    action,
    {
      50056: 'The account has no password here.',
      50072: 'A second factor has to be set up.',
      50074: 'A second factor is needed.',
      50076: 'A second factor is needed from this place.',
      50078: 'The second factor has to be shown again.',
      50079: 'A second factor has to be set up for this app.',
      50126: 'The password was wrong.',
      50131: 'A condition of the organisation was not met.',
      50158: 'A challenge outside Microsoft was not met.',
      53004: 'The set-up of a second factor looked risky.',
    },
  ],
  [
    'grant',
    owner('sign_in_required'),
    interaction,
    {
      50058: 'Nobody is signed in.',
      50085: 'The session needs a login at the social provider.',
      50132: 'The session ended, by a new password or otherwise.',
      530036: 'A refresh token of a device sign-in is blocked.',
    },
  ],
  [
    'grant',
    owner('password_expired'),
    { error: 'invalid_grant', suberror: 'user_password_expired' },
    {
      50055: 'The password has expired.',
      50144: 'The password in the local directory has expired.',
    },
  ],
  [
    'grant',
    owner('sign_in_interrupted'),
    interaction,
    {
      50089: 'The sign-in page stood open too long.',
      50140: 'The question whether to stay signed in came in between.',
      50199: 'The question whether this app was meant came in between.',
    },
  ],
  [
    'request',
    owner('sign_in_interrupted'),
    badRequest,
    {
      135004: 'The sign-in page lost its way back, seen with personal accounts and passkeys.',
      900561: 'Somebody pressed the back button.',
    },
  ],
  [
    'grant',
    owner('grant_revoked'),
    revoked,
    {
      50133: 'The session ended because the password was changed.',
      50173: 'All sessions were ended.',
    },
  ],
  [
    'grant',
    owner('grant_idle'),
    revoked,
    {
      70008: 'The refresh token has expired.',
      700082: 'The refresh token was not used for 90 days.',
    },
  ],
  [
    'grant',
    administrator('sign_in_frequency'),
    revoked,
    {
      70043: 'A policy wants a new sign-in after a set time.',
      70044: 'A policy of the session ended it.',
    },
  ],
  [
    'grant',
    owner('callback_invalid'),
    { error: 'invalid_grant' },
    {
      54005: 'The code was redeemed before.',
      700005: 'The code is for another directory.',
    },
  ],
  ['grant', owner('access_denied'), { error: 'access_denied' }, { 65004: 'The person declined.' }],
  [
    'grant',
    owner('consent_required'),
    { error: 'invalid_grant', suberror: 'consent_required' },
    {
      65001: 'The permission was never given.',
    },
  ],
  [
    'grant',
    owner('account_not_found'),
    { error: 'invalid_grant' },
    {
      16000: 'The account of another directory is unknown here.',
      50020: 'The account of another provider is unknown here.',
      50034: 'The account is not in this directory.',
      51004: 'The account does not exist in this directory.',
      90072: 'The account of another directory has to be invited first.',
      500208: 'This kind of account cannot sign in to this directory.',
    },
  ],
  [
    'grant',
    administrator('admin_consent_required'),
    interaction,
    {
      90094: 'Only an administrator may approve the app.',
      90095: 'A request to the administrator is waiting.',
    },
  ],
  [
    'grant',
    administrator('mail_service_missing'),
    { error: 'invalid_grant' },
    {
      50001: 'The mail service is unknown in this directory.',
      500011: 'The mail service has no place in this directory.',
      650052: 'The organisation has no subscription to the service.',
    },
  ],
  [
    'grant',
    administrator('conditional_access'),
    interaction,
    {
      50097: 'The device has to prove itself.',
      50129: 'The device has to join the workplace.',
      53000: 'The device does not comply.',
      53001: 'The device is not joined to the domain.',
      53002: 'The app is not an approved one.',
      53003: 'A policy blocks the sign-in.',
      530032: 'A security policy of the directory blocks the sign-in.',
    },
  ],
  [
    'grant',
    administrator('security_defaults'),
    interaction,
    { 530035: 'The security defaults block the sign-in.' },
  ],
  [
    'grant',
    administrator('account_at_risk'),
    interaction,
    {
      53011: 'The account is blocked because it is at risk.',
      530034: 'A delegated administrator is blocked because of risk.',
    },
  ],
  [
    'grant',
    administrator('blocked_by_policy'),
    { error: 'access_denied' },
    {
      500021: 'The restrictions of a directory keep people in.',
      500022: 'The restrictions of a directory say so in their header.',
      500212: 'A policy across directories forbids the way out.',
      500213: 'A policy across directories forbids the way in.',
      1000031: 'The app cannot be used at this time.',
    },
  ],
  [
    'grant',
    administrator('account_disabled'),
    { error: 'invalid_grant' },
    { 50057: 'The account is disabled.' },
  ],
  [
    'grant',
    administrator('user_not_assigned'),
    { error: 'invalid_grant' },
    {
      50105: 'The account is not assigned to the app.',
    },
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

const asCase = (
  code: number,
  symptom: string,
  [kind, expect, said]: readonly [FailureKind, Expectation, Pick<EntraError, 'error' | 'suberror'>],
): TokenCase => ({
  provider: 'microsoft',
  said: 'refresh',
  id: `AADSTS${code}`,
  symptom,
  kind,
  reply: entraReply(code, { ...said, sentence: symptom }),
  expect,
});

export const aadstsCases: readonly TokenCase[] = [
  ...groups.flatMap(([kind, expect, said, symptoms]) =>
    Object.entries(symptoms).map(([code, symptom]) => asCase(Number(code), symptom, [kind, expect, said])),
  ),
  {
    ...asCase(70000, 'The grant is not valid; it may be at the next try.', [
      'grant',
      owner('grant_revoked'),
      revoked,
    ]),
    isDoubtful: true,
    later: { ...wait('grant_refused_once'), when: 'it was the first refusal: it is asked once more, later' },
  },
  {
    ...asCase(50053, 'The account is locked after too many tries.', [
      'grant',
      administrator('account_locked'),
      { error: 'invalid_grant' },
    ]),
    isDoubtful: true,
    later: { ...wait('grant_refused_once'), when: 'it was the first refusal: it is asked once more, later' },
  },
  {
    ...asCase(50196, 'The same is asked again and again.', [
      'transient',
      wait('provider_rate_limited'),
      { error: 'invalid_grant' },
    ]),
    waitsAtLeast: 300,
  },
];
