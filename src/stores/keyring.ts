// Seals secrets for the database (AES-256-GCM, NIST SP 800-38D) and signs links (HMAC-SHA256 under keys
// derived by HKDF, RFC 5869). Owns keys and the sealed form; does not know tables, and never prints a key.
//
// Sealed form, version 1:
//   1 byte version | 1 byte length of key id | key id | 8 bytes place | 12 bytes nonce | 16 bytes tag | text
// `place` is the start of SHA-256 of the additional data. It protects nothing: the tag does. It only lets a
// value that was moved be told apart from one that was altered.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { LinkSigner } from '../core/ports.ts';

export type KeyringKey = { id: string; key: KeyObject };

/** `additionalData` names the place: `table|column|row id`. May run in parallel; synchronous. */
export type Keyring = LinkSigner & {
  currentKeyId: string;
  keyIds: readonly string[];
  /** Seals under the current key, or under another of this keyring when named. */
  seal(additionalData: string, text: string, keyId?: string): Uint8Array;
  /** Throws `KeyringError`. */
  open(additionalData: string, sealed: Uint8Array): string;
};

/**
 * `key_unknown` = sealed under a key that is not here; `moved` = belongs to another row or column;
 * `altered` = the bytes were changed, or the key of that id is another one; `unreadable` = not a sealed value.
 */
export type KeyringFailure = 'key_unknown' | 'moved' | 'altered' | 'unreadable';

export class KeyringError extends Error {
  override readonly name = 'KeyringError';
  readonly code: KeyringFailure;

  constructor(code: KeyringFailure, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}

const formVersion = 1;
const keyBytes = 32;
const placeBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
const keyIdPattern = /^[A-Za-z0-9_.-]{1,32}$/;
/** Purposes are few and fixed in the code; the bound is against a mistake. */
const derivedKeysMax = 64;

/** One key a line, or comma separated, as `id:base64 of 32 bytes`; the first seals, all open. */
export const parseKeyring = (text: string): KeyringKey[] => {
  const entries = text
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) throw new Error('The keyring is empty: it needs at least one `id:base64` key.');
  const keys = entries.map((entry, index) => parseKey(entry, index + 1));
  const ids = new Set(keys.map(({ id }) => id));
  if (ids.size !== keys.length) throw new Error('The keyring names one key id twice.');
  return keys;
};

/** A new key in the form that `parseKeyring` reads. */
export const generateKey = (): string =>
  `k${randomBytes(4).toString('hex')}:${randomBytes(keyBytes).toString('base64')}`;

export const createKeyring = (keys: readonly KeyringKey[]): Keyring => {
  const [current] = keys;
  if (current === undefined) throw new Error('The keyring is empty: it needs at least one key.');
  const byId = new Map(keys.map((entry) => [entry.id, entry.key]));
  const derived = new Map<string, KeyObject>();

  const signingKey = ({ id, key }: KeyringKey, purpose: string): KeyObject => {
    const name = `${id}|${purpose}`;
    const known = derived.get(name);
    if (known !== undefined) return known;
    const made = createSecretKey(
      Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `mailgrant link ${purpose}`, keyBytes)),
    );
    if (derived.size >= derivedKeysMax) derived.clear();
    derived.set(name, made);
    return made;
  };
  const digest = (entry: KeyringKey, purpose: string, text: string): Buffer =>
    createHmac('sha256', signingKey(entry, purpose)).update(text, 'utf8').digest();

  return {
    currentKeyId: current.id,
    keyIds: keys.map(({ id }) => id),
    seal: (additionalData, text, keyId = current.id) => {
      const key = byId.get(keyId);
      if (key === undefined) throw new KeyringError('key_unknown', `The keyring has no key "${keyId}".`);
      return seal({ id: keyId, key }, additionalData, text);
    },
    open: (additionalData, sealed) => open(byId, additionalData, sealed),
    sign: (purpose, text) => digest(current, purpose, text).toString('hex'),
    verify: (purpose, text, signature) => {
      if (!/^[0-9a-f]{64}$/.test(signature)) return false;
      const given = Buffer.from(signature, 'hex');
      // No early exit: the time must not tell which key fits.
      return keys.map((entry) => timingSafeEqual(digest(entry, purpose, text), given)).includes(true);
    },
  };
};

/** What comes before the nonce, at most: version, length of the key id, key id. */
export const sealedHeadBytesMax = 2 + 32;

/** Under which key a value is sealed, read off its head; null for what is no sealed value of a known version. */
export const keyIdOf = (sealed: Uint8Array): string | null => {
  const [version, length = 0] = sealed;
  if (version !== formVersion || sealed.length < 2 + length) return null;
  const id = Buffer.from(sealed.subarray(2, 2 + length)).toString('latin1');
  return keyIdPattern.test(id) ? id : null;
};

/** Whether a sealed value is that of the empty text, told without opening it. */
export const sealsNothing = (sealed: Uint8Array): boolean =>
  sealed.length === 2 + (sealed[1] ?? 0) + placeBytes + nonceBytes + tagBytes;

const parseKey = (entry: string, position: number): KeyringKey => {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, Math.max(colon, 0));
  // Never the entry itself in a message: it holds the key.
  if (colon < 1) throw new Error(`Key ${position} of the keyring is not of the form \`id:base64\`.`);
  if (!keyIdPattern.test(id)) {
    throw new Error(`The id of key ${position} of the keyring is not 1 to 32 of A-Z a-z 0-9 _ . -`);
  }
  const encoded = entry.slice(colon + 1);
  const bytes = Buffer.from(encoded, 'base64');
  const unpadded = encoded.replace(/=+$/, '');
  // Buffer.from skips what is not base64; encoding again shows that nothing was skipped.
  const isExact = [bytes.toString('base64url'), bytes.toString('base64').replace(/=+$/, '')].includes(
    unpadded,
  );
  if (!isExact || bytes.length !== keyBytes) {
    throw new Error(
      `Key ${position} of the keyring ("${id}") is not the base64 of exactly ${keyBytes} bytes.`,
    );
  }
  return { id, key: createSecretKey(bytes) };
};

const placeOf = (additionalData: string): Buffer =>
  createHash('sha256').update(additionalData, 'utf8').digest().subarray(0, placeBytes);

const seal = ({ id, key }: KeyringKey, additionalData: string, text: string): Uint8Array => {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(additionalData, 'utf8'));
  const encrypted = cipher.update(text, 'utf8');
  cipher.final();
  const header = Uint8Array.of(formVersion, id.length, ...Buffer.from(id, 'ascii'));
  const parts = [header, placeOf(additionalData), nonce, cipher.getAuthTag(), encrypted];
  // An array of its own, not a slice of Buffer's pool: it is cloned to the writer thread with its whole store.
  const sealed = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    sealed.set(part, offset);
    offset += part.length;
  }
  return sealed;
};

const open = (keys: ReadonlyMap<string, KeyObject>, additionalData: string, sealed: Uint8Array): string => {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const keyIdEnd = 2 + (bytes[1] ?? 0);
  const placeEnd = keyIdEnd + placeBytes;
  const nonceEnd = placeEnd + nonceBytes;
  const tagEnd = nonceEnd + tagBytes;
  if (bytes[0] !== formVersion || bytes.length < tagEnd) {
    throw new KeyringError('unreadable', 'The value is not a sealed one of a known version.');
  }
  const keyId = bytes.toString('latin1', 2, keyIdEnd);
  if (!keyIdPattern.test(keyId)) throw new KeyringError('unreadable', 'The value names no valid key id.');
  const key = keys.get(keyId);
  if (key === undefined) {
    throw new KeyringError(
      'key_unknown',
      `The value is sealed under key "${keyId}", which the keyring lacks.`,
    );
  }
  const nonce = bytes.subarray(placeEnd, nonceEnd);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(additionalData, 'utf8'));
  decipher.setAuthTag(bytes.subarray(nonceEnd, tagEnd));
  const text = decipher.update(bytes.subarray(tagEnd));
  try {
    decipher.final();
  } catch (cause) {
    if (!placeOf(additionalData).equals(bytes.subarray(keyIdEnd, placeEnd))) {
      throw new KeyringError('moved', 'The value was sealed for another row or column.', { cause });
    }
    throw new KeyringError('altered', `The value was altered, or key "${keyId}" is not the one it had.`, {
      cause,
    });
  }
  return text.toString('utf8');
};
