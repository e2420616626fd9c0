// Sends and reads with the mailboxes' own servers. Tokens come from Mailgrant when they are needed and are kept nowhere.
import type { MailgrantClient, TokenSource } from '@mailgrant/client';
import { connectImap } from '@mailgrant/client/imapflow';
import { createMailer } from '@mailgrant/client/nodemailer';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';

export type Letter = { to: string; subject: string; text: string };
export type Received = { from: string; subject: string; date: string };

type TlsOptions = { ca?: Buffer; servername?: string };

/** Newest first. */
const listedMax = 10;

/** Mailboxes whose token source is kept; the one that was used longest ago goes first. */
const sourcesMax = 1000;

export function createMail(client: MailgrantClient, tls: TlsOptions) {
  const sources = new Map<string, TokenSource>();

  /** One for each mailbox and use, so that all requests share its tokens. */
  function sourceOf(mailboxId: string, resource: 'imap' | 'smtp'): TokenSource {
    const key = `${mailboxId} ${resource}`;
    const source = sources.get(key) ?? client.mailboxes.tokenSource(mailboxId, { resource });
    sources.delete(key);
    sources.set(key, source);
    const [oldest] = sources.keys();
    if (sources.size > sourcesMax && oldest !== undefined) sources.delete(oldest);
    return source;
  }

  return {
    /** Gives the message id. */
    async send(mailboxId: string, letter: Letter): Promise<string> {
      const { email } = await client.mailboxes.get(mailboxId);
      const mailer = await createMailer(sourceOf(mailboxId, 'smtp'), (options) =>
        createTransport({ ...options, tls }),
      );
      try {
        return (await mailer.sendMail({ from: email, ...letter })).messageId;
      } finally {
        mailer.close();
      }
    },

    async newest(mailboxId: string): Promise<Received[]> {
      const imap = await connectImap(
        sourceOf(mailboxId, 'imap'),
        (options) => new ImapFlow({ ...options, tls, logger: false }),
      );
      try {
        const { exists } = await imap.mailboxOpen('INBOX', { readOnly: true });
        if (exists === 0) return [];
        const range = `${Math.max(1, exists - listedMax + 1)}:*`;
        const messages = await imap.fetchAll(range, { envelope: true });
        return messages.reverse().map(({ envelope }) => ({
          from: envelope?.from?.[0]?.address ?? '',
          subject: envelope?.subject ?? '',
          date: String(envelope?.date ?? ''),
        }));
      } finally {
        await imap.logout().catch(() => imap.close());
      }
    },
  };
}
