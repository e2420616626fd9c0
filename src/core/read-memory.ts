// Answers of token reads, kept in memory: the hot path of the product. Access tokens only, in a bounded room; refresh
// tokens and client credentials are never kept. Void as soon as a change of the mailbox, its grant, its OAuth client
// or its workspace is heard of (freshness.ts).
import { createBoundedMemory } from './bounded-memory.ts';
import type { Freshness } from './freshness.ts';
import type { MailboxWithGrant, Ports } from './ports.ts';
import type { TokenAnswer } from './tokens.ts';

/** What of a token set tells when it is over and whose use it is. */
export type ReadOf = { grantId: string; resource: string; obtainedAt: number; expiresAt: number };

type KeptRead = { wanted: string | null; answer: TokenAnswer; of: ReadOf };
type KeptMailbox = { workspaceId: string; dependsOn: string[]; mark: number; reads: KeptRead[] };

export type ReadMemory = ReturnType<typeof createReadMemory>;

/** Names under which one mailbox's tokens are asked for: four transports, two URLs, none. */
const readsMax = 7;
/** Estimates in bytes of what an entry takes beside its texts. */
const mailboxBytes = 600;
const readBytes = 500;

export function createReadMemory({
  freshness,
  settings,
}: Pick<Ports, 'settings'> & { freshness: Freshness }) {
  const mailboxes = createBoundedMemory<KeptMailbox>({
    entriesMax: settings.cacheEntriesMax,
    bytesMax: settings.cacheMegabytesMax * 1024 * 1024,
  });
  // What is void would be found to be so at the next read. A removed mailbox has no next read.
  freshness.listen((changes) => {
    if (changes === null) mailboxes.clear();
    else for (const { kind, id } of changes) if (kind === 'mailbox') mailboxes.remove(id);
  });

  return {
    /** Null when nothing sure is kept. Whether the token still lives long enough is the caller's to judge. */
    find(workspaceId: string, mailboxId: string, wanted: string | null): KeptRead | null {
      const kept = mailboxes.find(mailboxId);
      if (kept === null || kept.workspaceId !== workspaceId) return null;
      if (!freshness.isSure(kept.mark, kept.dependsOn)) {
        mailboxes.remove(mailboxId);
        return null;
      }
      for (const read of kept.reads) if (read.wanted === wanted) return read;
      return null;
    },

    /** `mark`: taken before `joined` was read. */
    keep(mark: number, { mailbox, grant, oauthClient }: MailboxWithGrant, read: KeptRead): void {
      const dependsOn = [mailbox.id, grant.id, oauthClient.id, mailbox.workspaceId];
      if (!freshness.isSure(mark, dependsOn)) return;
      const before = mailboxes.find(mailbox.id);
      const isSure = before !== null && freshness.isSure(before.mark, dependsOn);
      const others = isSure ? before.reads.filter(({ wanted }) => wanted !== read.wanted) : [];
      const reads = [read, ...others].slice(0, readsMax);
      const size = mailboxBytes + reads.reduce((sum, { answer }) => sum + bytesOf(answer), 0);
      const { workspaceId } = mailbox;
      // The oldest mark of all that is kept together.
      const oldest = isSure ? Math.min(mark, before.mark) : mark;
      mailboxes.set(mailbox.id, { workspaceId, dependsOn, mark: oldest, reads }, size);
    },

    size: mailboxes.size,
  };
}

/** Twice the token: surfaces keep the answer as they send it. */
const bytesOf = ({ accessToken, scope }: TokenAnswer): number =>
  readBytes + 2 * accessToken.reveal().length + 2 * scope.length;
