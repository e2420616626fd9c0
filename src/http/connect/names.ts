// Names for people: providers, transports, and who can help.
import type { Actor, ProviderName, Transport } from '../../core/index.ts';

export const providerNames = { google: 'Google', microsoft: 'Microsoft' } as const satisfies Record<
  ProviderName,
  string
>;

/** What people call the mailboxes of a provider. */
export const mailboxKinds = {
  google: 'Gmail or Google Workspace',
  microsoft: 'Outlook or Microsoft 365',
} as const satisfies Record<ProviderName, string>;

/** As the mailbox owner is told. */
export const actorNames = {
  mailbox_owner: 'You',
  mail_administrator: 'The mail administrator of your organisation',
  workspace: 'Whoever sent you this link',
  operator: 'The operator of this server',
  nobody: 'Nobody; waiting helps',
} as const satisfies Record<Actor, string>;

/** As somebody else is told, who looks into a mailbox's trouble. */
export const helperNames = {
  mailbox_owner: 'The owner of the mailbox',
  mail_administrator: "The mail administrator of the owner's organisation",
  workspace: 'Whoever runs the workspace',
  operator: 'The operator of this server',
  nobody: 'Nobody; waiting helps',
} as const satisfies Record<Actor, string>;

export const transportNames = {
  imap: 'Reading mail (IMAP)',
  smtp: 'Sending mail (SMTP)',
  gmail_api: 'Gmail API',
  graph: 'Microsoft Graph',
} as const satisfies Record<Transport, string>;
