// A webhook as the server would sign it, so that a program can try its own handler without one.
import { hmacSignature } from './webhook-keys.ts';

export type TestWebhook = {
  /** Sent as it is, and signed as it is. */
  body: string;
  /** The three headers of Standard Webhooks, and the content type. */
  headers: Record<string, string>;
};

/**
 * For tests of a handler: signs an event with a secret of yours (`whsec_...`, any base64). Throws `TypeError` for a
 * secret that is none. Programs that receive never sign.
 */
export async function signTestWebhook(
  event: { type: string; data: object; timestamp?: string },
  {
    secret,
    id = 'evt_test',
    sentAt = new Date(),
  }: { secret: string; id?: string | undefined; sentAt?: Date | undefined },
): Promise<TestWebhook> {
  const body = JSON.stringify({ timestamp: sentAt.toISOString(), ...event });
  const seconds = String(Math.floor(sentAt.getTime() / 1000));
  const signature = await hmacSignature(secret, `${id}.${seconds}.${body}`);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,${signature}`,
    },
  };
}
