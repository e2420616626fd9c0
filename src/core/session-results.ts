// What a way back from the provider comes to: written once, read as often as somebody looks. A refusal that the person
// can do something about is a setback, where the session allows another try; every other one ends the session.
import type { Refusal } from './code-exchange.ts';
import type { ConnectSessions } from './connect.ts';
import type { ConnectOutcome, ConnectSession } from './connect-session.ts';
import { type EventType, raise } from './events.ts';
import type { HeldAuthorization } from './held-authorization.ts';
import type { Ports } from './ports.ts';
import { expiryAfter, type Setback } from './setbacks.ts';
import type { Verification } from './verification.ts';
import type { Workspace } from './workspaces.ts';

/** `session` null = the callback belongs to no session that we could tell this browser about. */
export type Arrival =
  | {
      session: ConnectSession;
      result: ConnectOutcome | Setback;
      workspace: Workspace;
      /** What was proved; null until it was, and when nothing was connected. */
      verification: Verification | null;
      /** Appended to the return URL when the caller's backend has to confirm; null otherwise. */
      confirmationCode: string | null;
    }
  | { session: null; reason: 'callback_invalid' | 'browser_mismatch' | 'session_expired' | 'link_over' };

export type SessionResults = ReturnType<typeof createSessionResults>;

/** What waits for the caller's word, and whose it is. */
export type Held = { held: HeldAuthorization; heldPerson: string };

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'settings' | 'linkSigner'> & {
  connectSessions: ConnectSessions;
};

const setbackEvents: Partial<Record<Setback['status'], EventType>> = {
  waiting_for_admin: 'connect_session.waiting_for_admin',
  waiting_for_confirmation: 'connect_session.waiting_for_confirmation',
};

/** How long a second callback waits for the first one's result. */
const duplicateWaitMilliseconds = 20_000;
/** A first callback is done by then, with every time-out on its way. */
const workMillisecondsMax = 60_000;

export function createSessionResults(ports: Needs) {
  const { clock, store, settings, linkSigner, connectSessions } = ports;

  async function fail(session: ConnectSession, refusal: Refusal, requestId?: string): Promise<void> {
    const at = clock.now();
    const outcome: ConnectOutcome = {
      ...(requestId === undefined ? {} : { requestId }),
      status: 'failed',
      reason: refusal.reason,
      provider: refusal.provider ?? null,
      missingScopes: refusal.missingScopes ?? [],
    };
    await store.transaction(async (rows) => {
      if (!(await rows.connectSessions.finish(session.id, outcome, at))) return;
      await raise(ports, rows, {
        workspaceId: session.workspaceId,
        type: 'connect_session.failed',
        objectId: session.id,
        data: { reason: outcome.reason },
        createdAt: at,
      });
    });
  }

  /** False when the session was over before. `held`: what waits for the caller's word. */
  async function setBack(
    session: ConnectSession,
    setback: Setback,
    held: Held | null = null,
  ): Promise<boolean> {
    const isWritten = await store.transaction(async (rows) => {
      // Of two browsers on their way at once, a late refusal must not take back what the other brought.
      await rows.lock(`connect session ${session.id}`);
      const now = await rows.connectSessions.byId(session.id);
      if (!now || now.setback?.status === 'waiting_for_confirmation') return false;
      const expiresAt = expiryAfter(setback, now, settings);
      if (!(await rows.connectSessions.update(session.id, { setback, expiresAt, ...held }))) return false;
      const type = setbackEvents[setback.status];
      // Once: after an approval the workspace knows, and whoever holds the link could go on saying it.
      if (type && now.setback?.status !== setback.status && now.adminConsentedAt === null) {
        await raise(ports, rows, {
          workspaceId: session.workspaceId,
          type,
          objectId: session.id,
          data: {},
          createdAt: setback.at,
        });
      }
      return true;
    });
    connectSessions.announce(session.id);
    return isWritten;
  }

  function setbackOf(refusal: Refusal): Setback | null {
    const at = clock.now();
    const provider = refusal.provider ?? null;
    switch (refusal.reason) {
      case 'scope_missing':
        return { at, status: 'insufficient_scope', missingScopes: refusal.missingScopes ?? [] };
      case 'wrong_mailbox':
        return { at, status: 'wrong_mailbox', signedInAs: refusal.signedInAs ?? null };
      case 'admin_consent_required':
        return { at, status: 'waiting_for_admin', provider };
      case 'access_denied':
        return { at, status: 'declined', provider };
      default:
        return null;
    }
  }

  /**
   * What the session says of what happened since `since`: a setback of an earlier try is no answer. With `requestId`
   * a result of another request is none either: a link may pass through several hands, and whose mailbox it became,
   * or the code that confirms it, is for the one browser.
   */
  async function arrivalOf(sessionId: string, requestId?: string, since = 0): Promise<Arrival> {
    const session = await store.connectSessions.byId(sessionId);
    const result = session && resultOf(session, since);
    if (!session || !result || isAnothers(result, requestId)) return nothing;
    const [workspace, mailbox] = await Promise.all([
      store.workspaces.byId(session.workspaceId),
      result.status === 'connected' ? store.mailboxes.byId(result.mailboxId) : null,
    ]);
    if (!workspace) return nothing;
    return {
      session,
      result,
      workspace,
      verification: mailbox?.verification ?? null,
      confirmationCode: result.status === 'waiting_for_confirmation' ? codeOf(session.id, result) : null,
    };
  }

  /** The last word on the session that is not older than `since`, and still counts. */
  function resultOf(session: ConnectSession, since: number): ConnectOutcome | Setback | null {
    const { outcome, setback } = session;
    if (outcome) return outcome;
    return setback && setback.at >= since && session.expiresAt > clock.now() ? setback : null;
  }

  /** For the browser that brought the consent: another one's request makes another code. */
  const codeOf = (sessionId: string, { requestId = '' }: Setback): string =>
    linkSigner.sign('confirmation', `${sessionId}.${requestId}`);

  return {
    setBack,
    arrivalOf,

    isConfirmationCode: (
      sessionId: string,
      { requestId = '' }: { requestId?: string },
      code: string,
    ): boolean => linkSigner.verify('confirmation', `${sessionId}.${requestId}`, code),

    async refuse(session: ConnectSession, refusal: Refusal, requestId?: string): Promise<Arrival> {
      const setback = session.isRetryable ? setbackOf(refusal) : null;
      if (setback) await setBack(session, { ...setback, ...(requestId === undefined ? {} : { requestId }) });
      else await fail(session, refusal, requestId);
      connectSessions.announce(session.id);
      return arrivalOf(session.id, requestId);
    },

    /** The first callback's answer, for whoever comes second: a double click, a reload, a link scanner. */
    async answerOfFirst(sessionId: string, requestId: string, since: number): Promise<Arrival> {
      const now = clock.now();
      // A result that is not there by then will not come: it was another browser's, or is forgotten.
      const end = since + workMillisecondsMax < now ? now : now + duplicateWaitMilliseconds;
      while (clock.now() < end) {
        const session = await store.connectSessions.byId(sessionId);
        // Its own, another browser's, or none any more: nothing is gained by waiting.
        if (!session || resultOf(session, since) || session.expiresAt <= clock.now()) break;
        await clock.sleep(200);
      }
      return arrivalOf(sessionId, requestId, since);
    },
  };
}

const nothing: Arrival = { session: null, reason: 'session_expired' };

/** True when it came of another authorization request, which another browser may have gone. */
const isAnothers = (result: ConnectOutcome | Setback, requestId: string | undefined): boolean =>
  requestId !== undefined &&
  'requestId' in result &&
  result.requestId !== undefined &&
  result.requestId !== requestId;
