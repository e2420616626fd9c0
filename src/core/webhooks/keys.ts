// Keys of webhook endpoints: made from chance, written as Standard Webhooks writes them (`whsec_`, `whsk_`, `whpk_`),
// and read back for signing. No file or network; of the sealing at rest it knows nothing.
import { createHmac, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { Random } from '../ports.ts';
import { type Secret, secret } from '../secret.ts';
import type { WebhookSignature } from './endpoint.ts';

/** Within the 24 to 64 that the specification allows; also the length of an ed25519 seed. */
const keyBytes = 32;
const prefixes = { hmac: 'whsec_', ed25519: 'whsk_' } as const satisfies Record<WebhookSignature, string>;
const publicPrefix = 'whpk_';
/** What comes before the 32 bytes in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410 sections 4 and 7). */
const pkcs8Start = Buffer.from('302e020100300506032b657004220420', 'hex');
const spkiLength = 12;

/** `publicKey` null for a shared secret. */
export type WebhookKeys = { secret: Secret<string>; publicKey: string | null };

export function newKeys(random: Random, signature: WebhookSignature): WebhookKeys {
  const bytes = Buffer.from(random.bytes(keyBytes));
  const text = `${prefixes[signature]}${bytes.toString('base64')}`;
  return { secret: secret(text), publicKey: signature === 'ed25519' ? publicKeyOf(privateKey(bytes)) : null };
}

/** For formats that sign under a text. */
export const newTextKey = (random: Random): Secret<string> =>
  secret(Buffer.from(random.bytes(keyBytes)).toString('hex'));

/** One member of the header `webhook-signature`: `v1,...` or `v1a,...`. Throws for a text that is no key. */
export function signatureOf(key: Secret<string>, content: string): string {
  const text = key.reveal();
  if (text.startsWith(prefixes.hmac)) {
    return `v1,${createHmac('sha256', bytesAfter(prefixes.hmac, text)).update(content).digest('base64')}`;
  }
  const own = privateKey(bytesAfter(prefixes.ed25519, text));
  return `v1a,${sign(null, Buffer.from(content), own).toString('base64')}`;
}

/** Never the text itself in a message. */
function bytesAfter(prefix: string, text: string): Buffer {
  const bytes = Buffer.from(text.slice(prefix.length), 'base64');
  if (!text.startsWith(prefix) || bytes.length !== keyBytes)
    throw new Error('This is no key of a webhook endpoint.');
  return bytes;
}

const privateKey = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8Start, seed]), format: 'der', type: 'pkcs8' });

const publicKeyOf = (key: KeyObject): string =>
  `${publicPrefix}${createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(spkiLength).toString('base64')}`;
