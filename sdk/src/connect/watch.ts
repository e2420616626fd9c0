// Waits for the end of a connect session from a page: asks the caller's backend again and again, at once when the
// person comes back, and judges from outside whether a popup that is out of sight was closed.
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
  ask(id: string | null, signal: AbortSignal, known: ConnectStatus | null): Promise<ConnectProgress>;
  confirm: ((code: string, id: string | null) => Promise<unknown>) | undefined;
  timeoutMs: number;
  pollEveryMs: number;
  closedAfterMs: number;
  onProgress(progress: ConnectProgress): void;
  signal: AbortSignal | undefined;
};

export type Ended = { reason: 'over' | 'closed' | 'timed_out' | 'aborted'; progress: ConnectProgress | null };

/**
 * How long one question may take, in milliseconds; one that is held, longer than the server does, which is 55 s at
 * most.
 */
const askTimeoutMs = 20_000;
const heldTimeoutMs = 70_000;

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
  // The first answer is wanted at once, and so is every one for which somebody rang.
  let isUrgent = true;
  try {
    for (;;) {
      if (watch.signal?.aborted) return { reason: 'aborted', progress };
      const left = watch.timeoutMs - (Date.now() - startedAt);
      // Looked at before the question: an end that came before the popup was closed is in the answer.
      const wasLeft = sight.isLeft();
      const answer = await ask(watch, isUrgent || wasLeft ? null : (progress?.status ?? null), {
        bell,
        left,
      });
      if (answer && answer.status !== progress?.status) watch.onProgress(answer);
      progress = answer ?? progress;
      if (isOver(progress)) return { reason: 'over', progress };
      if (wasLeft && answer) return { reason: 'closed', progress };
      if (Date.now() - startedAt > watch.timeoutMs) return { reason: 'timed_out', progress };
      isUrgent = await bell.rungOr(watch.pollEveryMs);
    }
  } finally {
    sight.end();
    for (const end of forget) end();
  }
}

/**
 * Null = it could not be asked this time, or somebody rang while the backend waited for another status than `known`:
 * then it is asked again, for an answer at once. `left` milliseconds are left of all the time.
 */
async function ask(
  { ask: question, id, signal }: Watch,
  known: ConnectStatus | null,
  { bell, left }: { bell: Bell; left: number },
): Promise<ConnectProgress | null> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const timer = setTimeout(end, known === null ? askTimeoutMs : Math.max(0, Math.min(heldTimeoutMs, left)));
  const forget = known === null ? () => {} : bell.whenRung(end);
  try {
    return await question(id, signal ? AbortSignal.any([signal, ending.signal]) : ending.signal, known);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
    forget();
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

type Bell = ReturnType<typeof createBell>;

/** Ends a pause or a question early; a ring while nobody waits ends the next one at once. */
function createBell() {
  let isRung = false;
  let wake: (() => void) | null = null;
  /** Until the answer is called. */
  const whenRung = (listener: () => void): (() => void) => {
    wake = listener;
    if (isRung) listener();
    return () => {
      wake = null;
    };
  };
  return {
    whenRung,
    ring() {
      isRung = true;
      wake?.();
    },
    /** True when somebody rang. */
    async rungOr(milliseconds: number): Promise<boolean> {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        whenRung(() => {
          clearTimeout(timer);
          resolve();
        });
      });
      const wasRung = isRung;
      isRung = false;
      wake = null;
      return wasRung;
    },
  };
}

function whenEver(target: EventTarget | undefined, type: string, listener: () => void): () => void {
  target?.addEventListener(type, listener);
  return () => target?.removeEventListener(type, listener);
}
