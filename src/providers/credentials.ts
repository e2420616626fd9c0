// The text of a credential: whether it is what it claims to be, and the key inside it. Asks nobody. Private keys that
// were read are kept for a while, because every refresh would read the same PEM again.
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { CredentialKind } from '../core/client-credentials.ts';
import type { CredentialFacts } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { parseObject } from './provider-words.ts';

export type SecretCredential = { kind: 'secret'; value: Secret<string> };
export type CertificateCredential = {
  kind: 'certificate';
  key: KeyObject;
  /** SHA-256 of the certificate in base64url: the header `x5t#S256` (RFC 7515 section 4.1.8). */
  thumbprint: string;
  expiresAt: number;
};
export type ServiceAccountKey = {
  kind: 'service_account_key';
  key: KeyObject;
  /** Google's name for it, sent as `kid`; null = the key came without one (RFC 7515 section 4.1.4: a hint). */
  keyId: string | null;
  clientEmail: string;
  /** Numeric; what an administrator delegates to. */
  clientId: string;
};
export type ParsedCredential = SecretCredential | CertificateCredential | ServiceAccountKey;

/** The objection is the end of "the credential ...". */
export type Parsed<T = ParsedCredential> = { ok: true; credential: T } | { ok: false; objection: string };

export type ParseCredential = (kind: CredentialKind, text: Secret<string>) => Parsed;

const secretLengthMax = 4096;
const fileLengthMax = 65_536;
const rsaBitsMin = 2048;
const keptMax = 256;

/** With its own store of keys that were read before, bounded; found again by a hash of the text. */
export const createCredentialParser = (): ParseCredential => {
  const kept = new Map<string, Parsed>();
  return (kind, text) => {
    if (kind === 'secret') return parseSecret(text);
    const hash = createHash('sha256').update(`${kind}\n`).update(text.reveal()).digest('base64url');
    const known = kept.get(hash);
    if (known !== undefined) return known;
    const parsed = kind === 'certificate' ? parseCertificate(text) : parseServiceAccountKey(text);
    if (!parsed.ok) return parsed;
    const [oldest] = kept.keys();
    if (kept.size >= keptMax && oldest !== undefined) kept.delete(oldest);
    kept.set(hash, parsed);
    return parsed;
  };
};

/** What a caller who enters the credential is told of it. */
export const factsOf = (parsed: Parsed): CredentialFacts => {
  if (!parsed.ok) return parsed;
  const { credential } = parsed;
  return {
    ok: true,
    expiresAt: credential.kind === 'certificate' ? credential.expiresAt : null,
    clientId: credential.kind === 'service_account_key' ? credential.clientId : null,
  };
};

const objectTo = (objection: string): { ok: false; objection: string } => ({ ok: false, objection });

const parseSecret = (text: Secret<string>): Parsed<SecretCredential> => {
  const value = text.reveal();
  if (value.trim() === '') return objectTo('must not be blank');
  if (value.length > secretLengthMax)
    return objectTo(`must not be longer than ${secretLengthMax} characters`);
  if (/\p{Cc}/u.test(value)) return objectTo('must not contain line breaks or other control characters');
  return { ok: true, credential: { kind: 'secret', value: text } };
};

/** A dash inside a block starts no label unless five stand together. */
const pemBlock = /-----BEGIN ([A-Z0-9 ]{1,40})-----[^-]*(?:-(?!----)[^-]*)*-----END \1-----/g;

const parseCertificate = (text: Secret<string>): Parsed<CertificateCredential> => {
  const pem = text.reveal();
  if (pem.length > fileLengthMax) return objectTo('is too long for a private key and a certificate');
  const blocks = [...pem.matchAll(pemBlock)].map(([block, label = '']) => ({ block, label }));
  const keys = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'));
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE');
  const [first, ...furtherKeys] = keys;
  const [only, ...furtherCertificates] = certificates;
  if (first === undefined || furtherKeys.length > 0)
    return objectTo('must hold exactly one private key in PEM');
  if (only === undefined || furtherCertificates.length > 0) {
    return objectTo('must hold exactly one certificate in PEM');
  }
  const key = readPrivateKey(first.block);
  if (!key.ok) return key;
  const certificate = readCertificate(only.block);
  if (certificate === null) return objectTo('holds a certificate that cannot be read');
  if (!certificate.checkPrivateKey(key.key)) return objectTo('holds a certificate for another private key');
  return {
    ok: true,
    credential: {
      kind: 'certificate',
      key: key.key,
      thumbprint: createHash('sha256').update(certificate.raw).digest('base64url'),
      expiresAt: certificate.validToDate.getTime(),
    },
  };
};

const readCertificate = (pem: string): X509Certificate | null => {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
};

/** PKCS #8 or PKCS #1, RSA: what both providers sign with. The cause of a failure could quote the key. */
const readPrivateKey = (pem: string): { ok: true; key: KeyObject } | { ok: false; objection: string } => {
  if (/ENCRYPTED/.test(pem))
    return objectTo('holds an encrypted private key; enter it without its passphrase');
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    return objectTo('holds a private key that cannot be read');
  }
  if (key.asymmetricKeyType !== 'rsa') return objectTo('must hold an RSA private key');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < rsaBitsMin) return objectTo(`must hold an RSA private key of at least ${rsaBitsMin} bits`);
  return { ok: true, key };
};

/** Google's JSON key file. Its addresses of servers are not believed: those come from the endpoint table alone. */
const parseServiceAccountKey = (text: Secret<string>): Parsed<ServiceAccountKey> => {
  const file = text.reveal();
  if (file.length > fileLengthMax) return objectTo("is too long for a service account's key file");
  const fields = parseObject(file);
  if (fields === null) return objectTo("must be a service account's key file in JSON");
  if (fields.type !== 'service_account') return objectTo('must be of the type "service_account"');
  const { client_email: clientEmail, client_id: clientId, private_key_id: keyId, private_key: pem } = fields;
  if (typeof clientEmail !== 'string' || !/^[^\s@]{1,128}@[^\s@]{1,253}$/.test(clientEmail)) {
    return objectTo('must name the address of the service account in client_email');
  }
  if (typeof clientId !== 'string' || !/^\d{1,32}$/.test(clientId)) {
    return objectTo('must name the numeric id of the service account in client_id');
  }
  if (keyId !== undefined && (typeof keyId !== 'string' || !/^[\w-]{1,128}$/.test(keyId))) {
    return objectTo('must name its key in private_key_id as Google does, or not at all');
  }
  if (typeof pem !== 'string') return objectTo('must hold a private key in private_key');
  const read = readPrivateKey(pem);
  if (!read.ok) return read;
  return {
    ok: true,
    credential: { kind: 'service_account_key', key: read.key, keyId: keyId ?? null, clientEmail, clientId },
  };
};
