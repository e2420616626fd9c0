// What to tell of an error: a title, what the server says, what to do, and the request id for whoever runs the server.
import { isProblem } from '../api/problem.ts';

export type ErrorWords = {
  title: string;
  detail: string;
  remedy: string | null;
  requestId: string | null;
};

export function wordsOf(error: unknown): ErrorWords {
  if (!isProblem(error)) {
    return {
      title: 'The page does not work',
      detail: error instanceof Error ? error.message : String(error),
      remedy: 'Load it again. If that does not help, tell whoever runs this installation.',
      requestId: null,
    };
  }
  const { detail, requestId, verdict, retryAfterSeconds, fields } = error;
  const named = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  const wait = retryAfterSeconds === null ? null : `Try again in ${retryAfterSeconds} seconds.`;
  return {
    title: titleOf(error.code, error.status),
    detail: named === '' ? detail : `${detail} (${named})`,
    remedy: verdict?.remedy ?? wait,
    requestId,
  };
}

function titleOf(code: string, status: number): string {
  if (code === 'network_error') return 'The gateway cannot be reached';
  if (code === 'timed_out') return 'The gateway did not answer in time';
  if (code === 'permission_denied') return 'Your key may not do this';
  if (code === 'not_found') return 'It is not there';
  if (code === 'rate_limited') return 'Too many requests at once';
  return status >= 500 ? 'The gateway could not do this' : 'This did not work';
}
