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
  const ofFields = fields.filter(({ field }) => field !== '');
  const named = ofFields.map(({ field, message }) => `${nameOf(field)} ${message}.`).join(' ');
  const wait = retryAfterSeconds === null ? null : `Try again in ${retryAfterSeconds} seconds.`;
  return {
    title: named === '' ? titleOf(error.code, error.status) : 'Something that was entered cannot be taken',
    // What the server says of the request as a whole is for programs; people entered fields.
    detail: named === '' ? detail : named,
    remedy: verdict?.remedy ?? wait,
    requestId,
  };
}

/**
 * `/branding/support_url` as “support url”, `/return_urls/1` as “return urls (2)”: the field, or the place in a list.
 */
function nameOf(field: string): string {
  const parts = field.split('/').filter((part) => part !== '');
  const last = parts.at(-1) ?? 'it';
  const isPlace = /^\d+$/.test(last);
  const word = (isPlace ? (parts.at(-2) ?? 'it') : last).replaceAll('_', ' ');
  return `“${word}${isPlace ? ` (${Number(last) + 1})` : ''}”`;
}

function titleOf(code: string, status: number): string {
  if (code === 'network_error') return 'The gateway cannot be reached';
  if (code === 'timed_out') return 'The gateway did not answer in time';
  if (code === 'permission_denied') return 'Your key may not do this';
  if (code === 'not_found') return 'It is not there';
  if (code === 'rate_limited') return 'Too many requests at once';
  return status >= 500 ? 'The gateway could not do this' : 'This did not work';
}
