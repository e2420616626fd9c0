// Standard Webhooks 1.0.0: `{type, timestamp, data}`, and three headers over exactly what is sent.
import { signatureOf } from '../keys.ts';
import type { Format, ToldEvent } from './format.ts';

/** The specification wants bodies below 20 kB. */
const bodyBytesMax = 20_000;

/** Has a body for every event, and no key has a say in it. */
export const standard: Format & { render(event: ToldEvent): string } = {
  namesMailboxes: false,

  render({ type, at, workspaceId, data }) {
    const text = (members: Readonly<Record<string, unknown>>): string =>
      JSON.stringify({
        type,
        timestamp: new Date(at).toISOString(),
        data: { workspace_id: workspaceId, ...members },
      });
    const whole = text(data);
    if (Buffer.byteLength(whole) <= bodyBytesMax) return whole;
    // What it is about is left; the rest is to be read from the API.
    const ids = Object.entries(data).filter(([name]) => name.endsWith('_id'));
    return text({ ...Object.fromEntries(ids), is_shortened: true });
  },

  credentials: () => [],

  headers({ id, at, body, secrets }) {
    const timestamp = String(Math.floor(at / 1000));
    const signed = secrets.map((key) => signatureOf(key, `${id}.${timestamp}.${body}`));
    return {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signed.join(' '),
    };
  },
};
