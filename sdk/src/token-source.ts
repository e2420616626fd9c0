// A mailbox's access token for a program that needs one again and again: kept until shortly before its end, asked for
// once however many wait for it, and asked for anew when a server has refused it.
import type { CallOptions } from './call.ts';
import type { ReadTokenBody, Token } from './generated/types.ts';
import { withSignal } from './with-signal.ts';

/** What the adapters need of a mailbox's tokens. */
export type TokenSource = {
  /**
   * A token that lives at least as long as was asked for. Throws `MailgrantError`, with the code
   * `needs_reauthorization` when only the mailbox owner can help. May be called in parallel.
   */
  token(options?: { signal?: AbortSignal | undefined }): Promise<Token>;
  /**
   * Tell that a server refused this token. True = the next `token()` asks the provider for another one, so it is worth
   * trying once more. False = that was done less than a minute ago: the token is not what is wrong.
   */
  refused(accessToken: string): boolean;
};

export type TokenSourceOptions = {
  /** `imap`, `smtp`, `gmail_api`, `graph`, or a resource's URL. Omit for the mailbox's first. */
  resource?: string | undefined;
  /** Seconds that a token shall still live when it is handed out, 0 to 3000. Default: 60. */
  minTtlSeconds?: number | undefined;
  /** Milliseconds since 1970; for tests. */
  now?: (() => number) | undefined;
};

/** Milliseconds between two demands for a token that the provider has not issued yet. */
const forcedEveryMs = 60_000;

type ReadToken = (id: string, body?: ReadTokenBody, options?: CallOptions) => Promise<Token>;

export function createTokenSource(
  read: ReadToken,
  mailboxId: string,
  { resource, minTtlSeconds = 60, now = Date.now }: TokenSourceOptions = {},
): TokenSource {
  let kept: { token: Token; endsAt: number } | null = null;
  let flight: Promise<Token> | null = null;
  let isRefused = false;
  let forcedAt = Number.NEGATIVE_INFINITY;

  async function ask(): Promise<Token> {
    const askedAt = now();
    const isForced = isRefused;
    const token = await read(mailboxId, {
      resource,
      min_ttl_seconds: minTtlSeconds,
      ...(isForced ? { force_refresh: true } : {}),
    });
    // Counted from our own clock, which may differ from the server's.
    kept = { token, endsAt: askedAt + token.expires_in * 1000 };
    if (isForced) {
      isRefused = false;
      forcedAt = now();
    }
    return token;
  }

  return {
    token({ signal } = {}) {
      if (kept && !isRefused && kept.endsAt - now() > minTtlSeconds * 1000)
        return Promise.resolve(kept.token);
      flight ??= ask().finally(() => {
        flight = null;
      });
      // Who gives up waiting does not take the token away from the others.
      return withSignal(flight, signal);
    },
    refused(accessToken) {
      if (isRefused) return true;
      // Another one is here already, or on its way.
      if (kept === null || kept.token.access_token !== accessToken) return true;
      if (now() - forcedAt < forcedEveryMs) return false;
      isRefused = true;
      return true;
    },
  };
}
