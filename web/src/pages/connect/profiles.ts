// What a mailbox can be connected for, in words.
import type { CreateConnectSessionBody } from '../../../../sdk/src/index.ts';
import type { Provider } from '../../api/mailboxes.ts';

export type Profile = NonNullable<CreateConnectSessionBody['profile']>;

export const profiles = [
  {
    value: 'full',
    label: 'Reading and sending',
    meaning: { google: 'IMAP and SMTP.', microsoft: 'IMAP and SMTP.' },
  },
  {
    value: 'api',
    label: "The provider's API",
    meaning: {
      google: 'Gmail API instead of IMAP and SMTP.',
      microsoft: 'Microsoft Graph instead of IMAP and SMTP.',
    },
  },
  {
    value: 'send_only',
    label: 'Sending only',
    meaning: {
      google: 'Nothing but sending, over the Gmail API.',
      microsoft: 'Nothing but sending, over SMTP.',
    },
  },
] as const satisfies readonly { value: Profile; label: string; meaning: Record<Provider, string> }[];
