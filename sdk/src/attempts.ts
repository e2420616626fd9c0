// What a caller can be told of each attempt of a call, for its logs and measures.
import type { Operation } from './call.ts';

/** One attempt, answered or not. It holds neither key nor query nor body; the path has ids. */
export type Attempt = {
  method: Operation['method'];
  /** Without the base URL and the query, as `/v1/mailboxes`. */
  path: string;
  /** 1 for the first. */
  number: number;
  /** Of HTTP; null when nothing answered. */
  status: number | null;
  /** By which the server's log names it; null when nothing answered. */
  requestId: string | null;
  /** From the sending to the end of the answer. */
  milliseconds: number;
};

export type OnAttempt = (attempt: Attempt) => void;

/** Notes what one attempt comes to; `tell` is for its end. */
export function observe(onAttempt: OnAttempt | undefined, { method, path }: Operation, number: number) {
  const startedAt = performance.now();
  let answer: Pick<Attempt, 'status' | 'requestId'> = { status: null, requestId: null };
  return {
    answered({ status, headers }: Response): void {
      answer = { status, requestId: headers.get('x-request-id') };
    },
    tell(): void {
      if (onAttempt === undefined) return;
      const milliseconds = performance.now() - startedAt;
      try {
        onAttempt({ method, path, number, ...answer, milliseconds });
      } catch {
        // A log that fails must not make a call fail that has worked.
      }
    },
  };
}
