// What the ways to reach a mailbox are called.
import type { Transport } from '../api/mailboxes.ts';

export const transportNames = {
  imap: 'IMAP',
  smtp: 'SMTP',
  gmail_api: 'Gmail API',
  graph: 'Microsoft Graph',
} as const satisfies Record<Transport, string>;
