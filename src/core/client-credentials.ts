// Credentials of OAuth clients: what they are, and which one a call to the provider is authenticated with. A client
// may have two at once, the current and the next: when the provider refuses the current one, the next one is tried in
// the same breath and takes its place, so that a rotation costs no token read.
import { raise } from './events.ts';
import { isUnowned, type OAuthClient } from './oauth-clients.ts';
import {
  type Attempt,
  type AuthenticatedClient,
  nothingSaid,
  type Ports,
  type Provider,
  type ProviderAdapter,
  type ProviderAdapters,
  type ProviderFailure,
  type Providers,
} from './ports.ts';
import { Secret } from './secret.ts';
import { createUnreadableClients } from './unreadable-clients.ts';

/**
 * `secret`: the client secret's value. `certificate`: PEM of a private key (PKCS #8) and its certificate, for
 * `private_key_jwt` (RFC 7523 section 2.2). `service_account_key`: Google's JSON key file.
 */
export type CredentialKind = 'secret' | 'certificate' | 'service_account_key';

export type ClientCredential = {
  kind: CredentialKind;
  /** The text itself, or the name under which the operator's environment has it. */
  held: Secret<string> | { reference: string };
  /** When the provider stops taking it; null = never, or nobody said. */
  expiresAt: number | null;
  addedAt: number;
};

/** Ready to authenticate with. */
export type OpenedCredential = { kind: CredentialKind; text: Secret<string> };

/** As a caller enters it. */
export type EnteredCredential = { kind: CredentialKind; expiresAt: number | null } & (
  | { value: string }
  | { reference: string }
);

/** A client secret as most callers enter it. */
export const enteredSecret = (value: string): EnteredCredential => ({
  kind: 'secret',
  value,
  expiresAt: null,
});

export type Credentials = ReturnType<typeof createCredentials>;

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'credentialSource'>;

export function createCredentials(ports: Needs) {
  const { clock, log, store, credentialSource } = ports;
  const unreadable = createUnreadableClients(ports);

  /** False when it is sealed under a key that is not here; the log says so once. */
  const canOpen = ({ held }: ClientCredential): boolean =>
    !(held instanceof Secret) || unreadable.canOpen(held);

  /** Null when it cannot be read where its reference leads, or is sealed under a key that is lost; the log says why. */
  async function open(credential: ClientCredential, isFresh = false): Promise<OpenedCredential | null> {
    const { kind, held } = credential;
    if (held instanceof Secret) return canOpen(credential) ? { kind, text: held } : null;
    try {
      return { kind, text: await credentialSource.read(held.reference, { isFresh }) };
    } catch (error) {
      log.error('a client credential could not be read where its reference leads', {
        reference: held.reference,
        error,
      });
      return null;
    }
  }

  /**
   * One try with one credential; a referenced one that is refused is read anew, in case it was rotated there. `isRead`
   * false = what the reference leads to now was not seen: nothing is known against it.
   */
  async function attemptWith<T>(
    client: OAuthClient,
    credential: ClientCredential,
    call: (client: AuthenticatedClient) => Promise<Attempt<T>>,
  ): Promise<{ attempt: Attempt<T>; isRead: boolean }> {
    const opened = await open(credential);
    if (!opened) return { attempt: { ok: false, failure: unavailable }, isRead: false };
    const attempt = await call({ ...client, opened });
    if (credential.held instanceof Secret || !isAboutCredential(attempt)) return { attempt, isRead: true };
    const renewed = await open(credential, true);
    if (!renewed) return { attempt, isRead: false };
    if (renewed.text.reveal() === opened.text.reveal()) return { attempt, isRead: true };
    return { attempt: await call({ ...client, opened: renewed }), isRead: true };
  }

  async function authenticated<T>(
    client: OAuthClient,
    call: (client: AuthenticatedClient) => Promise<Attempt<T>>,
  ): Promise<Attempt<T>> {
    const [first, second] = inOrder(client, clock.now());
    const { attempt, isRead } = await attemptWith(client, first, call);
    if (second === null || !(isAboutCredential(attempt) || isUnavailable(attempt))) {
      if (first === client.nextCredential && attempt.ok) await promoteNext(client);
      return attempt;
    }
    const { attempt: again } = await attemptWith(client, second, call);
    if (isAboutCredential(again) || isUnavailable(again)) return attempt;
    // What could not be read may be as good as ever: the next one stands in for this call alone.
    if (second === client.nextCredential && again.ok && isRead) await promoteNext(client);
    return again;
  }

  /** The provider took the next credential: it is the current one now. Unless either was changed since it was read. */
  async function promoteNext(tried: OAuthClient): Promise<void> {
    const { id } = tried;
    const at = clock.now();
    await store
      .transaction(async (rows) => {
        await rows.lock(`oauth client ${id}`);
        const client = await rows.oauthClients.byId(id);
        const next = client?.nextCredential;
        if (!client || !next || client.deletedAt !== null) return;
        if (!isSame(next, tried.nextCredential) || !isSame(client.credential, tried.credential)) return;
        const updatedAt = Math.max(at, client.updatedAt + 1);
        const isPaused = client.status === 'paused';
        await rows.oauthClients.update(id, {
          credential: next,
          nextCredential: null,
          expiryWarnedDays: null,
          examination: null,
          updatedAt,
          ...(isPaused
            ? { status: 'active' as const, pausedReason: null, pausedAt: null, pausedWords: null }
            : {}),
        });
        const { workspaceId } = client;
        await raise(ports, rows, {
          workspaceId,
          type: 'oauth_client.credential_rotated',
          objectId: id,
          data: { expires_at: next.expiresAt === null ? null : new Date(next.expiresAt).toISOString() },
          createdAt: at,
        });
        if (!isPaused) return;
        await raise(ports, rows, {
          workspaceId,
          type: 'oauth_client.resumed',
          objectId: id,
          data: {},
          createdAt: at,
        });
      })
      // The tokens are there; the next call tries the same two credentials again.
      .catch((error: unknown) =>
        log.error('a credential that took over could not be noted', { oauthClientId: id, error }),
      );
  }

  const authenticateOne = (adapter: ProviderAdapter): Provider => {
    const { revoke } = adapter;
    return {
      ...adapter,
      exchangeCode: (client, exchange, signal) =>
        authenticated(client, (ready) => adapter.exchangeCode(ready, exchange, signal)),
      refresh: (client, request, signal) =>
        authenticated(client, (ready) => adapter.refresh(ready, request, signal)),
      // The last door: a grant that was made while such clients could be shared opens nothing any more.
      mint: async (client, request, signal) =>
        isUnowned(client)
          ? { ok: false, failure: unowned }
          : authenticated(client, (ready) => adapter.mint(ready, request, signal)),
      revoke:
        revoke === null
          ? null
          : (client, refreshToken, signal) =>
              authenticated(client, (ready) => revoke(ready, refreshToken, signal)),
    };
  };

  return {
    open,
    canOpen,
    promoteNext,
    /** For walks that pass over an OAuth client that they cannot read. */
    passedOver: unreadable.passedOver,

    /** The same providers, each call authenticated by the client's current or next credential. */
    authenticate: ({ google, microsoft }: ProviderAdapters): Providers => ({
      google: authenticateOne(google),
      microsoft: authenticateOne(microsoft),
    }),
  };
}

/** The one to try first, and the other. One that is over by its date comes second. */
function inOrder(
  { credential, nextCredential }: OAuthClient,
  now: number,
): [ClientCredential, ClientCredential | null] {
  const isOver = credential.expiresAt !== null && credential.expiresAt <= now;
  return nextCredential !== null && isOver ? [nextCredential, credential] : [credential, nextCredential];
}

/** Times alone do not tell: two can be entered within a millisecond. */
const isSame = (one: ClientCredential, other: ClientCredential | null): boolean =>
  other !== null && one.addedAt === other.addedAt && one.kind === other.kind && heldOf(one) === heldOf(other);

const heldOf = ({ held }: ClientCredential): string =>
  held instanceof Secret ? `text ${held.reveal()}` : `reference ${held.reference}`;

const credentialReasons: ReadonlySet<ProviderFailure['reason']> = new Set([
  'client_secret_wrong',
  'client_secret_expired',
  'client_assertion_refused',
  // A service account's key that was deleted at the provider.
  'service_account_unknown',
]);

const isAboutCredential = (attempt: Attempt<unknown>): boolean =>
  !attempt.ok && attempt.failure.kind === 'oauth_client' && credentialReasons.has(attempt.failure.reason);

const isUnavailable = (attempt: Attempt<unknown>): boolean =>
  !attempt.ok && attempt.failure.reason === 'credential_unavailable';

/** An OAuth client that acts without a sign-in, and that no workspace answers for. */
const unowned: ProviderFailure = {
  kind: 'oauth_client',
  reason: 'client_misconfigured',
  retryAfterSeconds: null,
  provider: nothingSaid,
};

/** Nobody was asked: neither the grant nor the client is at fault. */
const unavailable: ProviderFailure = {
  kind: 'transient',
  reason: 'credential_unavailable',
  retryAfterSeconds: null,
  provider: nothingSaid,
};
