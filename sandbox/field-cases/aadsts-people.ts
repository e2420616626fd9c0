// Error numbers of Entra that are about a person, an account, or what an organisation allows.
import { administrator, owner } from './expectations.ts';
import type { AadstsGroup } from './types.ts';

const revoked = { error: 'invalid_grant', suberror: 'bad_token' };
const interaction = { error: 'interaction_required' };
const action = { error: 'invalid_grant', suberror: 'basic_action' };
const badRequest = { error: 'invalid_request' };

export const peopleGroups: readonly AadstsGroup[] = [
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
];
