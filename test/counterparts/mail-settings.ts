// Owns what is fixed about the stand-in mail hosts: who has a mailbox where, which scope each protocol asks
// for, which mechanisms each host offers. The sandbox knows the same people.

export type MailProvider = 'google' | 'microsoft';

export type MailHost = {
  users: readonly string[];
  /** SASL mechanisms: Microsoft has never offered OAUTHBEARER. */
  mechanisms: readonly ('xoauth2' | 'oauthbearer')[];
  imapScope: string;
  smtpScope: string;
  /** The name of the folder for sent messages, which differs between the two. */
  sentFolder: string;
  /** Microsoft refuses an envelope sender that is not the user's own; Gmail rewrites instead. */
  isSenderChecked: boolean;
};

export const mailHosts = {
  google: {
    users: ['alice@gmail.test', 'carol@gmail.test', 'bob@corp.test', 'gina@corp.test'],
    mechanisms: ['xoauth2', 'oauthbearer'],
    imapScope: 'https://mail.google.com/',
    smtpScope: 'https://mail.google.com/',
    sentFolder: '[Gmail]/Sent Mail',
    isSenderChecked: false,
  },
  microsoft: {
    users: ['erin@contoso.test', 'frank@contoso.test', 'dave@outlook.test'],
    mechanisms: ['xoauth2'],
    imapScope: 'https://outlook.office.com/IMAP.AccessAsUser.All',
    smtpScope: 'https://outlook.office.com/SMTP.Send',
    sentFolder: 'Sent Items',
    isSenderChecked: true,
  },
} as const satisfies Record<MailProvider, MailHost>;
