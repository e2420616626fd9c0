// Verifies what a webhook brings (Standard Webhooks 1.0.0): HMAC with `v1` and Ed25519 with `v1a`, over web crypto, so
// it runs wherever the client does. It answers nothing; a handler answers 2xx when it has kept the event.
import { boundedText } from './bounded-text.ts';
import type { WebhookEvent } from './generated/types.ts';
import { verifyingKey } from './webhook-keys.ts';

export type { WebhookEvent } from './generated/types.ts';
export { signTestWebhook, type TestWebhook } from './webhook-signing.ts';

/** Why a webhook is not believed. */
export type WebhookRefusal =
  | 'headers_missing'
  | 'timestamp_unreadable'
  | 'too_old'
  | 'too_new'
  | 'signature_wrong'
  | 'body_too_large'
  | 'body_unreadable';

/** Answer 400 to it. Says nothing about the secret or the signature that would have been right. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError';
  /** Decide by this. */
  readonly code: WebhookRefusal;

  constructor(code: WebhookRefusal, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export type VerifyWebhookOptions = {
  /** The body as it came, byte by byte: parsed and written anew it is another text. */
  body: string | Uint8Array;
  headers: WebhookHeaders;
  /**
   * The endpoint's secret (`whsec_...`) or its public key (`whpk_...`). Several while secrets are changed: one that fits
   * is enough.
   */
  secrets: string | readonly string[];
  /** How far the sender's clock may be from ours, in seconds. Default: 300. */
  toleranceSeconds?: number | undefined;
  /** Milliseconds since 1970; for tests. */
  now?: number | undefined;
};

export type VerifiedWebhook = {
  /** Of the event. The same event may come twice with the same id: handle it once. */
  id: string;
  /** When this attempt was signed. */
  sentAt: Date;
  /** A newer server may send types that this version does not know: keep a `default`. */
  event: WebhookEvent;
};

/** As many as there are while secrets change, and some room; more is an attack on our time. */
const signaturesMax = 20;

/** Of an event; Mailgrant's are below 20 kB. */
const bodyBytesMax = 1024 * 1024;

/**
 * Throws `WebhookVerificationError` for what is not to be believed, and `TypeError` for what the receiver has wrong
 * itself: a secret that is none, a body that was parsed. Signatures are compared in constant time.
 */
export async function verifyWebhook(options: VerifyWebhookOptions): Promise<VerifiedWebhook> {
  const { body, headers, toleranceSeconds = 300, now = Date.now() } = options;
  const bytes = bytesOf(body);
  if (typeof headers !== 'object' || headers === null)
    throw new TypeError('the headers of the request are needed');
  // Compared with what is no number, every webhook would be young.
  if (!(toleranceSeconds >= 0))
    throw new TypeError('toleranceSeconds must be a number of seconds, 0 or more');
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature');
  if (!id || !timestamp || !signatures) {
    throw new WebhookVerificationError('headers_missing', 'A header of the webhook is missing.');
  }
  const seconds = secondsOf(timestamp, { toleranceSeconds, now });
  const signed = concatenated(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  if (!(await isSigned({ secrets: options.secrets, signatures, signed }))) {
    throw new WebhookVerificationError('signature_wrong', 'No signature of the webhook fits the secret.');
  }
  return { id, sentAt: new Date(seconds * 1000), event: eventOf(bytes) };
}

/** The same for a request of fetch servers (Deno, Bun, Hono, Next.js, workers). Reads its body. */
export async function verifyWebhookRequest(
  request: Request,
  options: Pick<VerifyWebhookOptions, 'secrets' | 'toleranceSeconds' | 'now'>,
): Promise<VerifiedWebhook> {
  const body = await boundedText(request, bodyBytesMax);
  if (body === null) throw new WebhookVerificationError('body_too_large', 'The body is too large.');
  return verifyWebhook({ ...options, body, headers: request.headers });
}

/** `unknown`, as whoever writes without types has given a parsed body before. */
function bytesOf(body: unknown): Uint8Array {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  throw new TypeError(
    'the body must be a string or a Uint8Array, as it came: a body that was parsed cannot be verified. With Express, give this route express.raw({ type: "application/json" })',
  );
}

function headerOf(headers: WebhookHeaders, name: string): string | null {
  if (headers instanceof Headers) return headers.get(name);
  const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === name);
  const value: unknown = entry?.[1];
  return typeof value === 'string' ? value : null;
}

function secondsOf(
  timestamp: string,
  { toleranceSeconds, now }: { toleranceSeconds: number; now: number },
): number {
  if (!/^\d{1,12}$/.test(timestamp)) {
    throw new WebhookVerificationError('timestamp_unreadable', 'The time of the webhook cannot be read.');
  }
  const seconds = Number(timestamp);
  const age = Math.floor(now / 1000) - seconds;
  if (age > toleranceSeconds) throw new WebhookVerificationError('too_old', 'The webhook is too old.');
  if (age < -toleranceSeconds) {
    throw new WebhookVerificationError(
      'too_new',
      'The webhook is from the future: one of the clocks is wrong.',
    );
  }
  return seconds;
}

async function isSigned({
  secrets,
  signatures,
  signed,
}: {
  secrets: string | readonly string[];
  signatures: string;
  signed: Uint8Array<ArrayBuffer>;
}): Promise<boolean> {
  const all: readonly string[] = typeof secrets === 'string' ? [secrets] : (secrets ?? []);
  if (all.length === 0 || all.some((one) => typeof one !== 'string'))
    throw new TypeError('a webhook secret is needed: a text, or a list of them');
  const keys = await Promise.all(all.map(verifyingKey));
  const given = signatures.split(' ').slice(0, signaturesMax);
  const checks = keys.flatMap(({ version, fits }) =>
    given
      .filter((signature) => signature.startsWith(`${version},`))
      .map((signature) => fits(signature.slice(version.length + 1), signed)),
  );
  return (await Promise.all(checks)).includes(true);
}

function eventOf(bytes: Uint8Array): WebhookEvent {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isEvent(value)) return value;
  } catch (cause) {
    throw new WebhookVerificationError('body_unreadable', 'The body of the webhook is no JSON.', cause);
  }
  throw new WebhookVerificationError('body_unreadable', 'The body of the webhook is no event.');
}

/** Signed by the server, which keeps to its document; what every event has is looked at all the same. */
const isEvent = (value: unknown): value is WebhookEvent =>
  typeof value === 'object' &&
  value !== null &&
  typeof Reflect.get(value, 'type') === 'string' &&
  typeof Reflect.get(value, 'data') === 'object';

function concatenated(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
