// Scopes in plain words, for the people who are asked to grant them.

const meanings: Record<string, string> = {
  'https://mail.google.com/': 'Read, write, send and delete all of your mail, over IMAP and SMTP',
  'gmail.modify': 'Read, write and send your mail, without deleting it for good',
  'gmail.readonly': 'Read your mail',
  'gmail.send': 'Send mail as you',
  'gmail.settings.basic': 'See and change the settings of your mailbox, such as its further addresses',
  'imap.accessasuser.all': 'Read, write and delete all of your mail, over IMAP',
  'smtp.send': 'Send mail as you, over SMTP',
  'mail.readwrite': 'Read, write and delete your mail',
  'mail.send': 'Send mail as you',
  'mail.read': 'Read your mail',
  'mail.readwrite.shared': 'Read, write and delete mail that is shared with you',
  'mail.send.shared': 'Send mail for mailboxes that are shared with you',
  '.default': 'What the administrator of your organisation has allowed',
  'user.read': 'See your name and address',
  openid: 'See who you are',
  email: 'See your address',
  profile: 'See your name',
  'userinfo.email': 'See your address',
  'userinfo.profile': 'See your name',
  offline_access: 'Keep this access until you withdraw it',
};

/** One sentence for each meaning; a scope that has none here is shown as it is. */
export const permissionsInWords = (scopes: readonly string[]): string[] => [
  ...new Set(scopes.map((scope) => meanings[scope] ?? meanings[lastPartOf(scope)] ?? scope)),
];

/** `https://graph.microsoft.com/Mail.Send` and `https://www.googleapis.com/auth/gmail.send` by their last part. */
const lastPartOf = (scope: string): string => scope.slice(scope.lastIndexOf('/') + 1).toLowerCase();
