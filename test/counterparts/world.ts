// Owns the start and the end of everything the full test run shares: PostgreSQL, two Dovecots, one Postfix and
// the relay between them and the authorization servers that test files start for themselves.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCertificates } from './certificates.ts';
import { type Dovecot, startDovecot } from './dovecot.ts';
import { startIntrospectionRelay } from './introspection-relay.ts';
import { type MailProvider, mailHosts } from './mail-settings.ts';
import { startPostfix } from './postfix.ts';
import { startPostgres } from './postgres.ts';
import type { CounterpartsState, Endpoint } from './state.ts';

export type World = { statePath: string; stop(): Promise<void> };

/**
 * Starts all of it in this folder (short, and everyone may enter its parents), in parallel where possible.
 * When one part fails, the parts that run are stopped and the failure is thrown. Needs root.
 */
export async function startWorld(options: { folder: string; python: string }): Promise<World> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  const keep = async <Part extends { stop(): Promise<void> }>(starting: Promise<Part>): Promise<Part> => {
    const part = await starting;
    stops.push(part.stop);
    return part;
  };
  await chmod(options.folder, 0o755);
  const parts = await Promise.allSettled([
    keep(startPostgres({ parent: options.folder })),
    startMail(options.folder, keep),
  ]);
  const [postgres, mail] = parts;
  if (postgres.status === 'rejected' || mail.status === 'rejected') {
    await stop();
    const causes = parts.flatMap((part) => (part.status === 'rejected' ? [part.reason] : []));
    throw new AggregateError(causes, 'the counterparts could not be started');
  }
  const state: CounterpartsState = {
    postgres: loopback(postgres.value.port),
    mail: mail.value,
    chromium: { executablePath: '/usr/bin/chromium' },
    python: { executablePath: options.python },
  };
  const statePath = join(options.folder, 'state.json');
  await writeFile(statePath, JSON.stringify(state, null, 2));
  return { statePath, stop };
}

type Keep = <Part extends { stop(): Promise<void> }>(starting: Promise<Part>) => Promise<Part>;

async function startMail(folder: string, keep: Keep): Promise<CounterpartsState['mail']> {
  const tlsFolder = join(folder, 'tls');
  await mkdir(tlsFolder, { recursive: true });
  const certificates = await createCertificates(tlsFolder);
  const clearing: (() => Promise<void>)[] = [];
  const relay = await keep(
    startIntrospectionRelay(async () => {
      for (const clear of clearing) await clear();
    }),
  );
  const dovecot = async (provider: MailProvider): Promise<Dovecot> =>
    startDovecot({
      name: provider,
      folder: join(folder, provider),
      host: mailHosts[provider],
      introspectionUrl: `http://relay:relay@127.0.0.1:${relay.port}/${provider}`,
      certificates,
    });
  const google = await keep(dovecot('google'));
  const microsoft = await keep(dovecot('microsoft'));
  const postfix = await keep(
    startPostfix({
      folder: join(folder, 'postfix'),
      certificates,
      listeners: [
        { name: 'google', host: mailHosts.google, ...google },
        { name: 'microsoft', host: mailHosts.microsoft, ...microsoft },
      ],
    }),
  );
  clearing.push(postfix.clearQueue, google.clearMail, microsoft.clearMail);
  const [googleSmtp = 0, microsoftSmtp = 0] = postfix.ports;
  return {
    endpoints: {
      google: { imap: loopback(google.imapPort), smtp: loopback(googleSmtp) },
      microsoft: { imap: loopback(microsoft.imapPort), smtp: loopback(microsoftSmtp) },
    },
    relay: loopback(relay.port),
    caFile: certificates.caFile,
  };
}

function loopback(port: number): Endpoint {
  return { host: '127.0.0.1', port };
}
