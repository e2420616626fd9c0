// The messages people have, in memory. SMTP puts them in, IMAP and the HTTP mail APIs count them.
const MESSAGES_MAX = 1000;

export type StoredMessage = { from: string; raw: string; receivedAt: string };
export type Mailboxes = ReturnType<typeof createMailboxes>;

export function createMailboxes() {
  const inboxes = new Map<string, StoredMessage[]>();
  return {
    deliver(login: string, message: StoredMessage): void {
      const inbox = inboxes.get(login) ?? [];
      inboxes.set(login, inbox);
      inbox.push(message);
      if (inbox.length > MESSAGES_MAX) inbox.shift();
    },
    inbox: (login: string): readonly StoredMessage[] => inboxes.get(login) ?? [],
  };
}
