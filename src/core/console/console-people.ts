// Signing in to the console by OpenID Connect, with the authorization code and PKCE. Whoever is let in gets a key of the
// installation that is made for them, whose text nobody knows and which ends with the session; so everything else works
// as with keys. The sign-in server is behind a port; who is let in is decided by console-admission.ts.
import { createHash } from 'node:crypto';
import type { ApiKeyScope, ApiKeys } from '../api-keys.ts';
import { record } from '../audit.ts';
import type { Limits } from '../limits.ts';
import type { Ports, SignInFailure, SignInRequest, SignInServer } from '../ports.ts';
import { type Secret, secret } from '../secret.ts';
import { type AdmissionRule, admissionOf } from './console-admission.ts';
import type { ConsoleSessions, NewConsoleSession, SignInOrigin } from './console-sessions.ts';

/** How people are let in; absent = only with an API key. */
export type ConsoleSignIn = {
  server: SignInServer;
  /** What the button says. */
  label: string;
  allowed: readonly AdmissionRule[];
  /** What whoever is let in may do. */
  keyScopes: readonly ApiKeyScope[];
};

export type Departure =
  /** `ticket`: for a cookie of this browser, under a name that `reference` is part of. */
  | { ok: true; url: string; ticket: Secret<string>; reference: string }
  | { ok: false; failure: SignInFailure };

export type SignInOutcome =
  | { outcome: 'signed_in'; begun: NewConsoleSession }
  | { outcome: 'not_allowed' | 'unverified_address' | SignInFailure['kind'] };

/** Where the sign-in server sends the browser back to. */
export const consoleRedirectUri = (publicUrl: string): string => `${publicUrl}/console/oidc/callback`;

const ticketForm = /^[\w-]{43}$/;

export type ConsolePeople = ReturnType<typeof createConsolePeople>;

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'log' | 'settings'> & {
  consoleSignIn?: ConsoleSignIn | undefined;
  apiKeys: Pick<ApiKeys, 'make'>;
  consoleSessions: Pick<ConsoleSessions, 'begin'>;
  limits: Pick<Limits, 'beginSignIn'>;
};

export function createConsolePeople(ports: Needs) {
  const { store, clock, random, log, settings, apiKeys, consoleSessions, limits, consoleSignIn } = ports;
  const { publicUrl } = settings;

  const deadline = (): AbortSignal => clock.deadline(settings.providerTimeoutSeconds * 1000);

  return {
    /** Null when nobody set it up. */
    button: (): { label: string; url: string } | null =>
      consoleSignIn ? { label: consoleSignIn.label, url: `${publicUrl}/console/oidc/start` } : null,

    /** To the sign-in server. Null when there is none. Throws `rate_limited`. */
    async depart({ address }: SignInOrigin): Promise<Departure | null> {
      if (!consoleSignIn) return null;
      await limits.beginSignIn(address);
      const ticket = Buffer.from(random.bytes(32)).toString('base64url');
      const request = requestOf(ticket, publicUrl);
      const attempt = await consoleSignIn.server.authorizationUrl(request, deadline());
      if (!attempt.ok) {
        tell(attempt.failure);
        return attempt;
      }
      const reference = referenceOf(request.state);
      return { ok: true, url: attempt.value, ticket: secret(ticket), reference };
    },

    /** Names the cookie of a `state` without telling the state. */
    referenceOf,

    /** Back from it. `ticket`: of this browser's cookie. Null when there is no sign-in server. Throws `rate_limited`. */
    async arrive(
      ticket: string,
      callback: URLSearchParams,
      from: SignInOrigin,
    ): Promise<SignInOutcome | null> {
      if (!consoleSignIn) return null;
      await limits.beginSignIn(from.address);
      if (!ticketForm.test(ticket)) return { outcome: 'invalid' };
      const request = { ...requestOf(ticket, publicUrl), callback };
      const attempt = await consoleSignIn.server.claims(request, deadline());
      if (!attempt.ok) {
        tell(attempt.failure);
        return { outcome: attempt.failure.kind };
      }
      const admission = admissionOf(consoleSignIn.allowed, attempt.value);
      if (admission.outcome !== 'admitted') {
        const { sub } = attempt.value;
        log.warn('somebody was not let into the console', {
          subject: String(sub),
          reason: admission.outcome,
        });
        return { outcome: admission.outcome };
      }
      return { outcome: 'signed_in', begun: await letIn(consoleSignIn, admission.person, from) };
    },
  };

  function letIn(
    { keyScopes }: ConsoleSignIn,
    person: string,
    from: SignInOrigin,
  ): Promise<NewConsoleSession> {
    const { key } = apiKeys.make(null, {
      name: `console: ${person}`,
      scopes: [...keyScopes],
      expiresAt: clock.now() + settings.consoleSessionSeconds * 1000,
    });
    return store.transaction(async (rows) => {
      await rows.apiKeys.insert(key);
      await record(
        ports,
        rows,
        { kind: 'gateway', id: null },
        {
          workspaceId: null,
          action: 'api_key.created',
          objectId: key.id,
          data: { scopes: key.scopes, for: 'console' },
        },
      );
      return consoleSessions.begin(rows, { key, person, from });
    });
  }

  function tell({ kind, words }: SignInFailure): void {
    const say = kind === 'unavailable' || kind === 'misconfigured' ? log.error : log.info;
    say('a sign-in to the console by OpenID Connect has failed', { kind, words });
  }
}

/**
 * State, nonce and PKCE verifier all follow from the ticket, which only this browser has and which never leaves it but to
 * us: nothing need be stored, and what comes back to another browser is of no use there.
 */
const requestOf = (ticket: string, publicUrl: string): SignInRequest => ({
  redirectUri: consoleRedirectUri(publicUrl),
  state: derived('state', ticket),
  nonce: derived('nonce', ticket),
  codeVerifier: secret(derived('verifier', ticket)),
});

const derived = (purpose: string, ticket: string): string =>
  createHash('sha256').update(`console sign-in ${purpose} ${ticket}`).digest('base64url');

const referenceOf = (state: string): string => createHash('sha256').update(state).digest('hex').slice(0, 16);
