// Owns the test certificate authority and the one server certificate that the mail servers show. Both live as
// long as one run and are trusted by nothing but the tests.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from './processes.ts';

export type Certificates = { caFile: string; certFile: string; keyFile: string };

const settings = `[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost, IP:127.0.0.1
`;

/** Creates an authority and a certificate for localhost and 127.0.0.1 in this folder, valid for two days. */
export async function createCertificates(folder: string): Promise<Certificates> {
  const file = (name: string) => join(folder, name);
  await writeFile(file('openssl.cnf'), settings);
  const shared = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
  shared.push('-config', file('openssl.cnf'), '-days', '2', '-sha256');
  const authority = ['-subj', '/CN=Mailgrant test authority', '-extensions', 'authority'];
  const server = ['-subj', '/CN=localhost', '-extensions', 'server'];
  server.push('-CA', file('ca.crt'), '-CAkey', file('ca.key'));
  await runProgram('openssl', [...shared, ...authority, '-keyout', file('ca.key'), '-out', file('ca.crt')]);
  await runProgram('openssl', [...shared, ...server, '-keyout', file('mail.key'), '-out', file('mail.crt')]);
  await chmod(file('ca.crt'), 0o644);
  return { caFile: file('ca.crt'), certFile: file('mail.crt'), keyFile: file('mail.key') };
}
