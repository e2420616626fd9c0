// Answers of token reads, kept in memory: the hot path of the product. Access tokens only, in a bounded room; refresh
// tokens and client credentials are never kept. Void as soon as a change of the mailbox, its grant, its OAuth client
// or its workspace is heard of (freshness.ts). ADR 0011 has the reasons.
import { createBoundedMemory } from './bounded-memory.ts';
import type { Freshness } from './freshness.ts';
import type { TokenSet } from './grants.ts';
import type { CoreSettings, MailboxWithGrant } from './ports.ts';
import { type Secret, secret } from './secret.ts';
import { createSharedValues } from './shared-values.ts';
import type { TokenKind } from './tokens.ts';

/** What of a token set tells when it is over and whose use it is. */
export type ReadOf = { grantId: string; resource: string; obtainedAt: number; expiresAt: number };

/** `kind` is one object for all tokens of a kind, as long as it is kept. */
export type KeptToken = {
  mailboxId: string;
  email: string;
  kind: TokenKind;
  accessToken: Secret<string>;
  expiresAt: number;
  of: ReadOf;
};

/** Flat, because there is one of it for each mailbox. The token is bare in here only, and leaves as a `Secret`. */
type Kept = { wanted: string | null; kind: TokenKind; token: string; obtainedAt: number; expiresAt: number };
type KeptMailbox = {
  mailboxId: string;
  workspaceId: string;
  grantId: string;
  oauthClientId: string;
  email: string;
  mark: number;
  reads: Kept[];
};

export type ReadMemory = ReturnType<typeof createReadMemory>;

/** Names under which one mailbox's tokens are asked for: four transports, two URLs, none. */
const readsMax = 7;
/** What an entry takes beside its texts, in bytes, as measured (test/unit/read-memory-size.test.ts). */
const mailboxBytes = 340;
const readBytes = 120;
const textBytes = 16;
/** Kinds differ by provider, scope and resource; ids and names are those of workspaces and OAuth clients. */
const kindsMax = 1_000;
const textsMax = 10_000;

export function createReadMemory({
  freshness,
  settings,
}: {
  freshness: Freshness;
  settings: Pick<CoreSettings, 'cacheEntriesMax' | 'cacheMegabytesMax'>;
}) {
  const mailboxes = createBoundedMemory<KeptMailbox>({
    entriesMax: settings.cacheEntriesMax,
    bytesMax: settings.cacheMegabytesMax * 1024 * 1024,
  });
  const kinds = createSharedValues<TokenKind>({ valuesMax: kindsMax });
  const texts = createSharedValues<string>({ valuesMax: textsMax });

  // What is void would be found to be so at the next read. A removed mailbox has no next read.
  freshness.listen((changes) => {
    if (changes === null) mailboxes.clear();
    else for (const { kind, id } of changes) if (kind === 'mailbox') mailboxes.remove(id);
  });

  const isSure = ({ mark, mailboxId, grantId, oauthClientId, workspaceId }: KeptMailbox): boolean =>
    freshness.isSure(mark, [mailboxId, grantId, oauthClientId, workspaceId]);

  return {
    /** Null when nothing sure is kept. Whether the token still lives long enough is the caller's to judge. */
    find(workspaceId: string, mailboxId: string, wanted: string | null): KeptToken | null {
      const kept = mailboxes.find(mailboxId);
      if (kept === null || kept.workspaceId !== workspaceId) return null;
      if (!isSure(kept)) {
        mailboxes.remove(mailboxId);
        return null;
      }
      // Sure as of now: what is read stays, however many other objects change.
      kept.mark = freshness.mark();
      for (const read of kept.reads) if (read.wanted === wanted) return tokenOf(kept, read);
      return null;
    },

    /** `mark`: taken before `joined` was read. */
    keep(mark: number, { mailbox, grant, oauthClient }: ReadMailbox, read: NewRead): void {
      const { wanted, kind, tokenSet } = read;
      const entry: KeptMailbox = {
        mailboxId: mailbox.id,
        workspaceId: texts.share(mailbox.workspaceId, mailbox.workspaceId),
        grantId: grant.id,
        oauthClientId: texts.share(oauthClient.id, oauthClient.id),
        email: mailbox.email,
        mark,
        reads: [],
      };
      if (!isSure(entry)) return;
      const before = mailboxes.find(mailbox.id);
      const isStillSure = before !== null && before.grantId === grant.id && isSure(before);
      const others = isStillSure ? before.reads.filter((other) => other.wanted !== wanted) : [];
      // The oldest mark of all that is kept together.
      if (isStillSure) entry.mark = Math.min(mark, before.mark);
      const kept: Kept = {
        wanted: wanted === null ? null : texts.share(wanted, wanted),
        kind: kinds.share(JSON.stringify(kind), kind),
        token: tokenSet.accessToken.reveal(),
        obtainedAt: tokenSet.obtainedAt,
        expiresAt: tokenSet.expiresAt,
      };
      entry.reads = [kept, ...others.slice(0, readsMax - 1)];
      mailboxes.set(mailbox.id, entry, bytesOf(entry));
    },

    size: mailboxes.size,
  };
}

type Of<Name extends keyof MailboxWithGrant, Members extends keyof MailboxWithGrant[Name]> = Pick<
  MailboxWithGrant[Name],
  Members
>;

export type ReadMailbox = {
  mailbox: Of<'mailbox', 'id' | 'workspaceId' | 'email'>;
  grant: Of<'grant', 'id'>;
  oauthClient: Of<'oauthClient', 'id'>;
};

export type NewRead = {
  wanted: string | null;
  kind: TokenKind;
  tokenSet: Pick<TokenSet, 'accessToken' | 'obtainedAt' | 'expiresAt'>;
};

const tokenOf = (
  { mailboxId, email, grantId }: KeptMailbox,
  { kind, token, obtainedAt, expiresAt }: Kept,
): KeptToken => ({
  mailboxId,
  email,
  kind,
  accessToken: secret(token),
  expiresAt,
  of: { grantId, resource: kind.resource, obtainedAt, expiresAt },
});

/** An estimate. Shared texts count for nothing. */
const bytesOf = ({ email, reads }: KeptMailbox): number =>
  reads.reduce((sum, { token }) => sum + readBytes + textSize(token), mailboxBytes + textSize(email));

/** Latin letters take a byte each. */
const textSize = (text: string): number => textBytes + text.length;
