// Who is signed in to the console: a browser with a cookie, which acts by the rights of an API key. The cookie's token
// is stored as a hash. A session ends by its age, by idleness, by signing out, and with its key.
import { createHash } from 'node:crypto';
import type { ApiKey, ApiKeys } from '../api-keys.ts';
import { record } from '../audit.ts';
import { GatewayError } from '../errors.ts';
import type { Limits } from '../limits.ts';
import type { Ports, StoreOperations } from '../ports.ts';
import type { Principal, RequestOrigin } from '../principal.ts';
import { type Secret, secret } from '../secret.ts';

export type ConsoleSession = {
  id: string;
  /** SHA-256 of the cookie's token, hex. */
  tokenHash: string;
  /** The API key by whose rights the browser acts. */
  keyId: string;
  /** Who signed in by OpenID Connect; null for whoever entered a key. */
  person: string | null;
  createdAt: number;
  /** When it was last used, to the precision of a minute. */
  seenAt: number;
  expiresAt: number;
};

/** A session as it is used: with the key behind it, and until when it is good if nobody uses it. */
export type OpenConsoleSession = { session: ConsoleSession; key: ApiKey };

export type NewConsoleSession = OpenConsoleSession & {
  /** For the cookie; it is in this answer and nowhere else. */
  token: Secret<string>;
};

export type ConsoleSessionSettings = {
  /** Longest life of a session. */
  consoleSessionSeconds: number;
  /** A session that nobody used for so long is over. */
  consoleIdleSeconds: number;
};

/** Where a sign-in comes from. */
export type SignInOrigin = Pick<RequestOrigin, 'requestId' | 'address'> & { address: string };

/** `seenAt` is written this often at most. Milliseconds. */
const seenPrecision = 60_000;
const day = 24 * 3600 * 1000;
const prunedAtOnceMax = 500;

export type ConsoleSessions = ReturnType<typeof createConsoleSessions>;

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'settings'> & {
  apiKeys: Pick<ApiKeys, 'authenticate'>;
  limits: Pick<Limits, 'beginSignIn'>;
};

export function createConsoleSessions(ports: Needs) {
  const { store, clock, random, settings, apiKeys, limits } = ports;

  const idleEnd = ({ seenAt }: ConsoleSession): number => seenAt + settings.consoleIdleSeconds * 1000;

  const isOver = (session: ConsoleSession, now: number): boolean =>
    session.expiresAt <= now || idleEnd(session) <= now;

  return {
    /**
     * A session for whoever holds this API key. Throws `unauthenticated`, and `rate_limited` for an address with too
     * many attempts.
     */
    async signIn(keyText: string, from: SignInOrigin): Promise<NewConsoleSession> {
      await limits.beginSignIn(from.address);
      const { keyId } = await apiKeys.authenticate(keyText);
      return store.transaction(async (rows) => {
        const key = await rows.apiKeys.byId(keyId);
        if (!key) throw new GatewayError('unauthenticated', 'This API key is unknown or revoked.');
        return begin(rows, { key, person: null, from });
      });
    },

    /** Within the caller's transaction, which also makes the key of a person. */
    begin,

    /**
     * The session of a cookie's token, with the caller that it stands for. Throws `unauthenticated` when it is over,
     * and when its key is.
     */
    async authenticate(token: string): Promise<OpenConsoleSession & { principal: Principal }> {
      const found = await store.consoleSessions.byTokenHash(hashOf(token));
      const now = clock.now();
      if (!found || isOver(found.session, now) || isEnded(found.key, now)) throw overSession();
      const { session, key } = found;
      if (now - session.seenAt >= seenPrecision) await store.consoleSessions.noteSeen(session.id, now);
      return { session, key, principal: principalOf(found) };
    },

    /** Ends the session; the key that was made for a person ends with it. */
    async signOut({ session, key }: OpenConsoleSession, by: Principal): Promise<void> {
      const now = clock.now();
      await store.transaction(async (rows) => {
        if (!(await rows.consoleSessions.end(session.id, now))) return;
        if (session.person !== null) await rows.apiKeys.revoke(key.id, now);
        await record(ports, rows, by, {
          workspaceId: key.workspaceId,
          action: 'console.signed_out',
          objectId: session.id,
        });
      });
    },

    /**
     * Deletes sessions that have been over for as long as the audit log is kept, which names them, and with them the
     * keys that were made for persons; says how many.
     */
    prune: (): Promise<number> =>
      store.consoleSessions.prune(clock.now() - settings.auditDays * day, prunedAtOnceMax),
  };

  async function begin(
    rows: StoreOperations,
    { key, person, from }: { key: ApiKey; person: string | null; from: SignInOrigin },
  ): Promise<NewConsoleSession> {
    const now = clock.now();
    const token = Buffer.from(random.bytes(32)).toString('base64url');
    const longest = now + settings.consoleSessionSeconds * 1000;
    const session: ConsoleSession = {
      id: random.id(),
      tokenHash: hashOf(token),
      keyId: key.id,
      person,
      createdAt: now,
      seenAt: now,
      expiresAt: Math.min(longest, key.expiresAt ?? longest),
    };
    await rows.consoleSessions.insert(session);
    const by: Principal = { ...principalOf({ session, key }), from: { channel: 'console', ...from } };
    await record(ports, rows, by, {
      workspaceId: key.workspaceId,
      action: 'console.signed_in',
      objectId: session.id,
      data: { method: person === null ? 'api_key' : 'oidc' },
    });
    return { session, key, token: secret(token) };
  }
}

const principalOf = ({ session, key }: OpenConsoleSession): Principal => ({
  keyId: key.id,
  workspaceId: key.workspaceId,
  isInstallation: key.workspaceId === null,
  scopes: new Set(key.scopes),
  // A key gives no time that it does not have. The key of a person ends because the session does, and the person may
  // come back tomorrow: what they make need not end today.
  expiresAt: session.person === null ? key.expiresAt : null,
});

const isEnded = ({ revokedAt, expiresAt }: ApiKey, now: number): boolean =>
  revokedAt !== null || (expiresAt !== null && expiresAt <= now);

const overSession = (): GatewayError =>
  new GatewayError('unauthenticated', 'You are not signed in, or not any more: sign in to the console.');

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
