// What Exchange Online, Outlook.com and Graph say when a mailbox stays closed.
import { administrator, graphReply, operator, owner, wait, workspace } from './expectations.ts';
import type { Expectation, MailCase, SaidCase, TokenOwner } from './types.ts';

type Facts = { symptom: string; expect: Expectation; token?: TokenOwner };

const imap = (id: string, replies: string[], facts: Facts): MailCase => ({
  provider: 'microsoft',
  said: 'imap',
  id,
  replies,
  ...facts,
});
const smtp = (id: string, reply: string, facts: Facts): MailCase => ({
  provider: 'microsoft',
  said: 'smtp',
  id,
  replies: [reply],
  ...facts,
});

const lateRefusal = ['OK AUTHENTICATE completed.', 'BAD User is authenticated but not connected.'];
const delegate = { names: 'other' } as const;
const app = { names: 'other', isAppOnly: true } as const;

export const exchangeCases: readonly SaidCase[] = [
  imap('M23', lateRefusal, {
    symptom: 'IMAP says OK to the login and refuses the first command.',
    expect: administrator('imap_disabled'),
  }),
  imap('M23/no', ['OK AUTHENTICATE completed.', 'NO User is authenticated but not connected.'], {
    symptom: 'The same, with NO.',
    expect: administrator('imap_disabled'),
  }),
  imap('M24', ['NO AUTHENTICATE failed.'], {
    symptom: 'IMAP refuses a token that is for another service or of another account.',
    expect: owner('authentication_refused'),
  }),
  imap('M24/app-only', ['NO AUTHENTICATE failed.'], {
    symptom: "IMAP refuses an app's own token.",
    token: app,
    expect: administrator('app_only_not_allowed'),
  }),
  imap('M24/app-only-late', lateRefusal, {
    symptom: "IMAP lets an app's own token in and keeps the mailbox closed.",
    token: app,
    expect: administrator('app_only_not_allowed'),
  }),
  imap('M24/shared', lateRefusal, {
    symptom: 'A shared mailbox stays closed to the account that signed in.',
    token: delegate,
    expect: administrator('shared_mailbox_refused'),
  }),
  ...['Tenant', 'Mailbox'].map((where) =>
    smtp(
      `M25/${where.toLowerCase()}`,
      `535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the ${where}. Visit https://aka.ms/smtp_auth_disabled for more information.`,
      {
        symptom: 'Reading works, and SMTP refuses every login.',
        expect: administrator('smtp_auth_disabled'),
      },
    ),
  ),
  smtp('M26', '535 5.7.3 Authentication unsuccessful', {
    symptom: 'SMTP refuses a token without the permission to send, or of another account.',
    expect: owner('authentication_refused'),
  }),
  smtp(
    'M26/security-defaults',
    "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.",
    {
      symptom: 'SMTP refuses since the organisation has security defaults.',
      expect: administrator('security_defaults'),
    },
  ),
  smtp(
    'M26/criteria',
    '535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.',
    {
      symptom: 'SMTP refuses because of some rule of the organisation.',
      expect: administrator('security_defaults'),
    },
  ),
  smtp('M27/smtp', '535 5.7.139 Authentication unsuccessful, basic authentication is disabled.', {
    symptom: 'A mail program offers a password to SMTP.',
    expect: workspace('basic_auth_refused'),
  }),
  smtp('M27/5.7.30', '550 5.7.30 Basic authentication is not supported for Client Submission.', {
    symptom: 'The same, in the words that are announced for the end of passwords.',
    expect: workspace('basic_auth_refused'),
  }),
  imap('M27/imap', ['NO Basic authentication is disabled.'], {
    symptom: 'A mail program offers a password to IMAP.',
    expect: workspace('basic_auth_refused'),
  }),
  {
    provider: 'microsoft',
    said: 'graph',
    id: 'M28',
    symptom: 'The account has no licence, is a guest, or its mailbox is on the premises.',
    reply: graphReply(
      404,
      'MailboxNotEnabledForRESTAPI',
      'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
    ),
    expect: administrator('mailbox_not_found'),
  },
  ...(
    [
      [undefined, 'api_access_denied'],
      [delegate, 'shared_mailbox_refused'],
      [app, 'app_only_not_allowed'],
    ] as const
  ).map(
    ([token, code]): SaidCase => ({
      provider: 'microsoft',
      said: 'graph',
      id: token === undefined ? 'M29' : `M29/${code}`,
      symptom: 'Graph denies access: a permission is missing, or a policy limits the app.',
      reply: graphReply(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.'),
      ...(token === undefined ? {} : { token }),
      expect: administrator(code),
    }),
  ),
  ...[429, 503].map(
    (status): SaidCase => ({
      provider: 'microsoft',
      said: 'graph',
      id: `M30/${status}`,
      symptom: 'Graph refuses while much is asked of one mailbox at once.',
      reply: graphReply(status, 'ApplicationThrottled', 'Application is over its MailboxConcurrency limit.', {
        'retry-after': '10',
      }),
      expect: wait('server_busy'),
    }),
  ),
  smtp('M31', '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded', {
    symptom: 'SMTP refuses a fourth connection of one mailbox.',
    expect: wait('too_many_connections'),
  }),
  imap('M32/imap', lateRefusal, {
    symptom: 'IMAP keeps a personal mailbox closed whose settings have it switched off.',
    token: { email: 'dave@outlook.test' },
    expect: owner('imap_switched_off_personal'),
  }),
  // Replies of the submission that follow a login; kept with the rows they are kin to.
  smtp('M26/unauthenticated', '530 5.7.57 Client not authenticated to send mail.', {
    symptom: 'A command to send came before the login.',
    expect: operator('request_refused'),
  }),
  smtp('M31/rate', '421 4.4.2 Message submission rate for this client has exceeded the configured limit', {
    symptom: 'SMTP hangs up on more than 30 messages in a minute.',
    expect: wait('server_busy'),
  }),
  smtp('M31/busy', '451 4.7.500 Server busy. Please try again later.', {
    symptom: 'SMTP is busy.',
    expect: wait('server_busy'),
  }),
  smtp('M31/quota', '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException', {
    symptom: 'The mailbox has reached 10,000 recipients of one day.',
    expect: wait('quota_exceeded'),
  }),
  smtp('M26/send-as', '554 5.7.60 SMTP; Client does not have permissions to send as this sender', {
    symptom: 'The account sends under an address that is not its own.',
    expect: administrator('send_as_denied'),
  }),
];
