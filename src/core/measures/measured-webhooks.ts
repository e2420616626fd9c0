// Webhooks on their way: counted by what came of them, timed, traced, and with the trace that they belong to in the
// header `traceparent` (W3C Trace Context), so that a receiver can go on with it. No other call takes it along.
import type { Tracer, WebhookResult, WebhookSender } from '../ports.ts';
import type { Measures } from './measures.ts';

type Needs = {
  measures: Pick<Measures, 'webhookAttempts' | 'webhookSeconds'>;
  tracer: Tracer;
  /** A clock that only goes forward. */
  seconds: () => number;
};

/** The same sender. */
export const measuredWebhooks = (
  { measures, tracer, seconds }: Needs,
  sender: WebhookSender,
): WebhookSender => ({
  ...sender,
  send: (url, call) => {
    const startedAt = seconds();
    return tracer.span('webhook delivery', {}, async (span) => {
      const traceparent = tracer.traceparent();
      const headers = traceparent === null ? call.headers : { ...call.headers, traceparent };
      const result = await sender.send(url, { ...call, headers });
      const outcome = wordOf(result);
      span.set('outcome', outcome);
      measures.webhookAttempts.add({ outcome });
      measures.webhookSeconds.add({}, seconds() - startedAt);
      return result;
    });
  },
});

/** The class of the status, or why there is none. */
function wordOf(result: WebhookResult): string {
  if ('failure' in result) return result.failure;
  if ('aborted' in result) return 'aborted';
  return result.status >= 200 && result.status < 600 ? `${Math.trunc(result.status / 100)}xx` : 'other';
}
