// Waits for the end of a connect session from a page: asks the caller's backend again and again, at once when the person
// comes back, and judges from outside whether a popup that is out of sight was closed.
import type { ConnectSession } from '../generated/types.ts';
import type { Popup } from './popup.ts';
import { listenForReturns } from './return.ts';

export type ConnectStatus = ConnectSession['status'];

/** How a session is, as the caller's backend tells it; it may tell more. */
export type ConnectProgress = { status: ConnectStatus; mailbox_id?: string | null; email?: string | null };

type Over = 'connected' | 'failed' | 'cancelled' | 'expired';

export const isOver = (progress: ConnectProgress | null): progress is ConnectProgress & { status: Over } =>
  progress !== null && ['connected', 'failed', 'cancelled', 'expired'].includes(progress.status);

export type Watch = {
  id: string | null;
  popup: Popup;
  ask(id: string | null, signal: AbortSignal): Promise<ConnectProgress>;
  confirm: ((code: string, id: string | null) => Promise<unknown>) | undefined;
  timeoutMs: number;
  pollEveryMs: number;
  closedAfterMs: number;
  onProgress(progress: ConnectProgress): void;
  signal: AbortSignal | undefined;
};

export type Ended = { reason: 'over' | 'closed' | 'timed_out' | 'aborted'; progress: ConnectProgress | null };

/** How long one question may take, in milliseconds. */
const askTimeoutMs = 20_000;

/** How often the popup is looked at, in milliseconds. */
const lookEveryMs = 250;

export async function waitForEnd(watch: Watch): Promise<Ended> {
  const startedAt = Date.now();
  const bell = createBell();
  const forget = [
    listenForReturns(({ sessionId, code }) => {
      if (watch.id !== null && sessionId !== watch.id) return;
      if (code === null || watch.confirm === undefined) return bell.ring();
      // A refusal shows in the session.
      watch.confirm(code, watch.id).then(bell.ring, bell.ring);
    }),
    whenEver(window, 'focus', bell.ring),
    whenEver(watch.signal, 'abort', bell.ring),
  ];
  const sight = watchSight(watch, bell.ring);
  let progress: ConnectProgress | null = null;
  try {
    for (;;) {
      if (watch.signal?.aborted) return { reason: 'aborted', progress };
      // Looked at before the question: an end that came before the popup was closed is in the answer.
      const wasLeft = sight.isLeft();
      const answer = await ask(watch);
      if (answer && answer.status !== progress?.status) watch.onProgress(answer);
      progress = answer ?? progress;
      if (isOver(progress)) return { reason: 'over', progress };
      if (wasLeft && answer) return { reason: 'closed', progress };
      if (Date.now() - startedAt > watch.timeoutMs) return { reason: 'timed_out', progress };
      await bell.rungOr(watch.pollEveryMs);
    }
  } finally {
    sight.end();
    for (const end of forget) end();
  }
}

/** Null = it could not be asked this time. */
async function ask({ ask: question, id, signal }: Watch): Promise<ConnectProgress | null> {
  const timeout = AbortSignal.timeout(askTimeoutMs);
  try {
    return await question(id, signal ? AbortSignal.any([signal, timeout]) : timeout);
  } catch {
    return null;
  }
}

/**
 * A popup is out of sight when it was closed, and also when the provider's page has cut the tie to it (the header
 * Cross-Origin-Opener-Policy). In the second case the person is busy in the popup and this page has no focus; so it is
 * left only when this page has had the focus without a pause for a while.
 */
function watchSight({ popup, closedAfterMs }: Watch, ring: () => void) {
  let attentionSince: number | null = null;
  let isLeft = false;
  const timer = setInterval(() => {
    if (isLeft) return;
    if (!popup.isOutOfSight() || !document.hasFocus()) {
      attentionSince = null;
      return;
    }
    attentionSince ??= Date.now();
    if (Date.now() - attentionSince < closedAfterMs) return;
    isLeft = true;
    ring();
  }, lookEveryMs);
  return { isLeft: () => isLeft, end: () => clearInterval(timer) };
}

/** Ends a pause early; a ring while nobody waits ends the next pause at once. */
function createBell() {
  let isRung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      isRung = true;
      wake?.();
    },
    async rungOr(milliseconds: number): Promise<void> {
      if (!isRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      isRung = false;
      wake = null;
    },
  };
}

function whenEver(target: EventTarget | undefined, type: string, listener: () => void): () => void {
  target?.addEventListener(type, listener);
  return () => target?.removeEventListener(type, listener);
}
