// Waits for what somebody else has begun, no longer than the waiting one wants to.
import { clientError } from './errors.ts';

export function withSignal<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const ended = () =>
      reject(clientError('aborted', 'The caller ended the call.', { cause: signal.reason }));
    if (signal.aborted) {
      ended();
      // Its outcome is for others; an error that nobody waits for any more is nobody's.
      promise.catch(() => {});
      return;
    }
    signal.addEventListener('abort', ended, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', ended));
  });
}
