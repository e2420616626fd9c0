// Certificates and key files as a console hands them out, made anew for each test file.
import { generateKeyPairSync } from 'node:crypto';
import { generate } from 'selfsigned';

export type ClientCertificate = { pem: string; certificatePem: string; keyPem: string; notAfter: Date };

/** A private key and its self-signed certificate. */
export const createClientCertificate = async ({ bits = 2048 } = {}): Promise<ClientCertificate> => {
  const notAfter = new Date(Math.floor(Date.now() / 1000) * 1000 + 90 * 24 * 3600 * 1000);
  const { cert, private: keyPem } = await generate([{ name: 'commonName', value: 'mail app' }], {
    keySize: bits,
    algorithm: 'sha256',
    notAfterDate: notAfter,
  });
  return { pem: `${keyPem}\n${cert}`, certificatePem: cert, keyPem, notAfter };
};

export const rsaPem = (type: 'pkcs1' | 'pkcs8' = 'pkcs8', bits = 2048): string =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type, format: 'pem' }).toString();

export const keyFile = (changes: Record<string, unknown> = {}): string =>
  JSON.stringify({
    type: 'service_account',
    project_id: 'p',
    private_key_id: 'a1b2c3',
    private_key: rsaPem(),
    client_email: 'mail@p.iam.example.test',
    client_id: '100200300',
    ...changes,
  });
