// What came of one attempt, in words.
import type { Attempt } from '../../api/webhook-deliveries.ts';

export const failureWords = {
  timeout: 'No answer in time',
  forbidden_address: 'The name leads to an address that webhooks may not go to',
  name_not_resolved: 'The name was not found',
  connection_refused: 'Nothing listens there',
  tls_failed: 'The TLS connection failed: look at the certificate',
  connection_broken: 'The connection broke before there was an answer',
  not_signed: 'It could not be signed',
} as const satisfies Record<NonNullable<Attempt['failure']>, string>;

export const hasSucceeded = ({ response_status: status }: Attempt): boolean =>
  status !== null && status >= 200 && status < 300;

export function attemptWords(attempt: Attempt): string {
  if (attempt.failure !== null) return failureWords[attempt.failure];
  if (attempt.response_status === null) return 'No answer';
  return `${hasSucceeded(attempt) ? 'Taken' : 'Not taken'}, status ${attempt.response_status}`;
}
