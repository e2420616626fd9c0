// The keys of Standard Webhooks: `whsec_` is an HMAC secret and signs as `v1`, `whpk_` an Ed25519 public key whose
// signatures are `v1a`. A key verifies signatures of its own kind alone.

type VerifyingKey = {
  version: 'v1' | 'v1a';
  /** Whether a signature in base64 is this key's over the bytes. */
  fits(signature: string, signed: Uint8Array<ArrayBuffer>): Promise<boolean>;
};

/** Throws `TypeError` for a text that is no key; its message never holds the text. */
export async function verifyingKey(text: string): Promise<VerifyingKey> {
  if (text.startsWith('whsk_')) {
    throw new TypeError('whsk_ is the private key of the sender; a receiver has the public key, whpk_');
  }
  const isPublicKey = text.startsWith('whpk_');
  const bytes = base64Bytes(text.replace(/^(whsec|whpk)_/, ''));
  if (bytes === null || bytes.length === 0) {
    throw new TypeError('the webhook secret is none: it begins with whsec_ or whpk_ and goes on in base64');
  }
  if (isPublicKey && bytes.length !== 32) throw new TypeError('a public key (whpk_) has 32 bytes');
  const key = isPublicKey
    ? await crypto.subtle.importKey('raw', bytes, { name: 'Ed25519' }, false, ['verify'])
    : await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  return {
    version: isPublicKey ? 'v1a' : 'v1',
    async fits(signature, signed) {
      const given = base64Bytes(signature);
      return given !== null && (await crypto.subtle.verify(key.algorithm.name, key, given, signed));
    },
  };
}

/** In base64. Throws `TypeError` for a text that is no HMAC secret; its message never holds the text. */
export async function hmacSignature(secret: string, signed: string): Promise<string> {
  const bytes = /^wh(sk|pk)_/.test(secret) ? null : base64Bytes(secret.replace(/^whsec_/, ''));
  if (bytes === null || bytes.length === 0)
    throw new TypeError('the webhook secret is none: it begins with whsec_ and goes on in base64');
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(signed));
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
}

/** Null for a text that is no base64. */
function base64Bytes(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
