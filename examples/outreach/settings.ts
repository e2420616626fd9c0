// What the example is told by its environment; it stops at once, and says what is missing.
import { readFileSync } from 'node:fs';
import process from 'node:process';

function required(name: string): string {
  // biome-ignore lint/style/noProcessEnv: the one place that reads it.
  const value = process.env[name];
  if (value) return value;
  throw new Error(`set ${name}; README.md says to what`);
}

// biome-ignore lint/style/noProcessEnv: the one place that reads it.
const { PORT = '4000', MAIL_CA_FILE, WEBHOOK_SECRET } = process.env;

export const settings = {
  port: Number(PORT),
  mailgrantUrl: required('MAILGRANT_URL'),
  apiKey: required('MAILGRANT_API_KEY'),
  /** `whsec_...` or `whpk_...` of the endpoint that posts to /webhooks; null = none is taken. */
  webhookSecret: WEBHOOK_SECRET ?? null,
  /** For mail servers with a certificate of their own authority, as in the sandbox. */
  tls: MAIL_CA_FILE === undefined ? {} : { ca: readFileSync(MAIL_CA_FILE), servername: 'localhost' },
};
