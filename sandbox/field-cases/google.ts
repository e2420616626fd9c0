// What Google says when something is wrong: authorization server, its pages, Gmail's servers and its API. The words
// are those that people report; where nobody quotes them they are ours.
import { administrator, gmailReply, googleReply, owner, wait, workspace } from './expectations.ts';
import type { SaidCase } from './types.ts';

/** `{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}` */
const challenge =
  'eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==';

const refresh = { provider: 'google', said: 'refresh' } as const;
const mint = { provider: 'google', said: 'mint' } as const;
const page = { provider: 'google', said: 'page' } as const;
const imap = { provider: 'google', said: 'imap' } as const;
const smtp = { provider: 'google', said: 'smtp' } as const;
const gmail = { provider: 'google', said: 'gmail_api' } as const;

const refusal = (status: number, error: string, error_description: string, more: object = {}) =>
  googleReply(status, { error, error_description, ...more });

export const googleCases: readonly SaidCase[] = [
  {
    ...refresh,
    id: 'G1',
    symptom:
      'A mailbox that worked for months gets no new token: the app was removed, or the password changed.',
    kind: 'grant',
    reply: refusal(400, 'invalid_grant', 'Token has been expired or revoked.'),
    expect: owner('grant_revoked'),
  },
  {
    ...refresh,
    id: 'G2',
    symptom: 'Every mailbox of one OAuth client stops exactly seven days after it was connected.',
    kind: 'grant',
    reply: refusal(400, 'invalid_grant', 'Bad Request'),
    expect: owner('grant_revoked'),
    later: { ...workspace('grant_testing_mode'), when: 'the grant was about seven days old' },
  },
  {
    ...refresh,
    id: 'G3',
    symptom: 'The oldest of very many connections of one account stops.',
    kind: 'grant',
    reply: refusal(400, 'invalid_grant', 'Token has been expired or revoked.'),
    expect: owner('grant_revoked'),
  },
  {
    ...refresh,
    id: 'G4',
    symptom: 'A mailbox of an organisation stops some hours after each sign-in.',
    kind: 'grant',
    reply: refusal(400, 'invalid_grant', 'reauth related error (invalid_rapt)', {
      error_uri: 'https://support.google.com/a/answer/9368756',
      error_subtype: 'invalid_rapt',
    }),
    expect: administrator('session_control'),
  },
  {
    ...page,
    id: 'G6/page',
    symptom: "Google's page refuses the app for everybody of an organisation.",
    status: 400,
    page: 'Error 400: admin_policy_enforced',
    expect: administrator('blocked_by_policy'),
  },
  {
    ...page,
    id: 'G6/advanced-protection',
    symptom: "Google's page refuses the app to an account under Advanced Protection.",
    status: 400,
    page: 'Error 400: policy_enforced',
    expect: administrator('blocked_by_policy'),
  },
  {
    ...refresh,
    id: 'G6/token',
    symptom: 'An administrator restricts Gmail, and mailboxes of that organisation get no new token.',
    kind: 'grant',
    reply: googleReply(400, { error: 'admin_policy_enforced' }),
    expect: administrator('blocked_by_policy'),
  },
  {
    ...page,
    id: 'G7',
    symptom: "Google's page lets test users through and nobody else.",
    status: 403,
    page: 'Error 403: access_denied',
    expect: workspace('unverified_app'),
  },
  {
    ...page,
    id: 'G7/warning',
    symptom: 'Google warns of an app that it has not verified.',
    status: 200,
    page: "Google hasn't verified this app",
    expect: workspace('unverified_app'),
  },
  {
    ...page,
    id: 'G7/blocked',
    symptom: 'Google blocks an app that asks for mail and is not verified.',
    status: 403,
    page: 'This app is blocked',
    expect: workspace('unverified_app'),
  },
  {
    ...page,
    id: 'G8',
    symptom: 'Suddenly nobody new gets past the consent page.',
    status: 403,
    page: 'Error 403: rate_limit_exceeded',
    expect: wait('consent_rate_limited'),
  },
  {
    ...gmail,
    id: 'G9',
    symptom: 'The first call of the API is refused: a box on the consent page was left unticked.',
    reply: gmailReply(403, {
      message: 'Request had insufficient authentication scopes.',
      reason: 'insufficientPermissions',
      status: 'PERMISSION_DENIED',
      detail: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
    }),
    expect: owner('scope_missing'),
  },
  {
    ...imap,
    id: 'G10/imap',
    symptom: 'IMAP refuses a token that works with the API.',
    replies: [`+ ${challenge}`, 'NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)'],
    expect: owner('authentication_refused'),
  },
  {
    ...smtp,
    id: 'G10/smtp',
    symptom: 'SMTP refuses a token that works with the API.',
    replies: [
      `334 ${challenge}`,
      '535-5.7.8 Username and Password not accepted. For more information, go to\r\n' +
        '535 5.7.8  https://support.google.com/mail/?p=BadCredentials - gsmtp',
    ],
    expect: owner('authentication_refused'),
  },
  {
    ...imap,
    id: 'G11',
    symptom: 'IMAP refuses while many mail programs are open.',
    replies: ['NO [ALERT] Too many simultaneous connections. (Failure)'],
    expect: wait('too_many_connections'),
  },
  {
    ...imap,
    id: 'G12',
    symptom: 'IMAP refuses after much was downloaded.',
    replies: ['NO [OVERQUOTA] Account exceeded command or bandwidth limits'],
    expect: wait('quota_exceeded'),
  },
  {
    ...imap,
    id: 'G12/cut-off',
    symptom: 'IMAP hangs up after much was downloaded.',
    replies: ['* BYE [OVERQUOTA] Account exceeded command or bandwidth limits'],
    expect: wait('quota_exceeded'),
  },
  {
    ...gmail,
    id: 'G13',
    symptom: 'A Google account signs in and has no Gmail mailbox.',
    reply: gmailReply(400, {
      message: 'Mail service not enabled',
      reason: 'failedPrecondition',
      status: 'FAILED_PRECONDITION',
    }),
    expect: administrator('mailbox_not_found'),
  },
  {
    ...gmail,
    id: 'G13/precondition',
    symptom: 'The same, in other words.',
    reply: gmailReply(400, {
      message: 'Precondition check failed.',
      reason: 'failedPrecondition',
      status: 'FAILED_PRECONDITION',
    }),
    expect: administrator('mailbox_not_found'),
  },
  {
    ...gmail,
    id: 'G14',
    symptom: 'Every call of the API is refused for one OAuth client.',
    reply: gmailReply(403, {
      message:
        'Gmail API has not been used in project 100200300400 before or it is disabled. Enable it by visiting ' +
        'https://console.developers.google.com/apis/api/gmail.googleapis.com/overview?project=100200300400 then retry.',
      reason: 'accessNotConfigured',
      status: 'PERMISSION_DENIED',
      detail: 'SERVICE_DISABLED',
    }),
    expect: workspace('api_not_enabled'),
  },
  {
    ...smtp,
    id: 'G15/logins',
    symptom: 'SMTP refuses after many logins.',
    replies: ['454 4.7.0 Too many login attempts, please try again later.'],
    expect: wait('server_busy'),
  },
  ...['421 4.7.0', '421 4.3.0'].map(
    (code): SaidCase => ({
      ...smtp,
      id: `G15/${code.slice(4)}`,
      symptom: 'SMTP hangs up for now.',
      replies: [`${code} Temporary System Problem`],
      expect: wait('server_busy'),
    }),
  ),
  {
    ...smtp,
    id: 'G16',
    symptom: 'SMTP refuses after a day of much sending.',
    replies: ['550 5.4.5 Daily user sending limit exceeded'],
    expect: wait('quota_exceeded'),
  },
  {
    ...refresh,
    id: 'G17/secret',
    symptom: 'No mailbox of one OAuth client gets a token any more: its secret was changed.',
    kind: 'oauth_client',
    reply: refusal(401, 'invalid_client', 'Unauthorized'),
    expect: workspace('client_secret_wrong'),
  },
  {
    ...refresh,
    id: 'G17/not-found',
    symptom: 'The client id is wrong.',
    kind: 'oauth_client',
    reply: refusal(401, 'invalid_client', 'The OAuth client was not found.'),
    expect: workspace('client_unknown'),
  },
  {
    ...refresh,
    id: 'G17/deleted',
    symptom: 'The OAuth client was deleted in the console, or for six months without use.',
    kind: 'oauth_client',
    reply: refusal(401, 'deleted_client', 'The OAuth client was deleted.'),
    expect: workspace('client_unknown'),
  },
  {
    ...page,
    id: 'G18',
    symptom: "Google's page does not know where to send people back to.",
    status: 400,
    page: 'Error 400: redirect_uri_mismatch',
    expect: workspace('redirect_uri_mismatch'),
  },
  {
    ...refresh,
    said: 'code',
    id: 'G18/code',
    symptom: 'The same, at the exchange of the code.',
    kind: 'request',
    reply: refusal(400, 'redirect_uri_mismatch', 'Bad Request'),
    expect: workspace('redirect_uri_mismatch'),
  },
  {
    ...mint,
    id: 'G20',
    symptom: 'A service account gets no token for the mailboxes of one organisation.',
    kind: 'request',
    reply: refusal(
      401,
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
    ),
    expect: administrator('delegation_missing'),
  },
  {
    ...mint,
    id: 'G20/principal',
    symptom: 'The service account does not exist.',
    kind: 'oauth_client',
    reply: refusal(400, 'invalid_request', 'Invalid principal'),
    expect: workspace('service_account_unknown'),
  },
  {
    ...mint,
    id: 'G20/key',
    symptom: 'The key of a service account was deleted.',
    kind: 'oauth_client',
    reply: refusal(400, 'invalid_grant', 'Invalid JWT Signature.'),
    expect: workspace('service_account_unknown'),
  },
];
