// Stand-ins for Google and Microsoft on loopback: authorization server, mail servers and mail APIs of both, in one
// process, several at a time. Composition only.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningAuthorizationServer, startAuthorizationServer } from './authorization-server.ts';
import type { Dialect } from './dialect.ts';
import { googleDialect } from './google.ts';
import { createJournal, type Journal } from './journal.ts';
import { createServerCertificate, type ServerCertificate } from './mail/certificate.ts';
import { createTokenCheck } from './mail/check-token.ts';
import { startImapServer } from './mail/imap.ts';
import type { RunningMailServer } from './mail/mail-deps.ts';
import { createMailboxes, type Mailboxes } from './mail/mailboxes.ts';
import { startSmtpServer } from './mail/smtp.ts';
import type { MailProtocol } from './mailbox-access.ts';
import { microsoftDialect } from './microsoft.ts';
import type { MailEndpoints, Sandbox, SandboxProvider, StartSandboxOptions } from './types.ts';

export type { ClientCertificate, ClientPolicy, ClientSecret, SandboxClient } from './clients.ts';
export type { DirectorySettings } from './directories.ts';
export { ENDPOINT_KINDS, type EndpointKind, type Fault, namedFaults } from './faults.ts';
export type { Journal, JournalEntry, JournalFilter } from './journal.ts';
export type { MayOpenMailbox } from './mailbox-access.ts';
export {
  createServiceAccountKey,
  type SandboxServiceAccount,
  type ServiceAccountKeyFile,
} from './service-accounts.ts';
export type * from './types.ts';
export { CONSUMER_TENANT_ID, type SandboxUser } from './users.ts';

export async function startSandbox(options: StartSandboxOptions = {}): Promise<Sandbox> {
  const secrets = new Set<string>();
  const journal = createJournal();
  const mailboxes = createMailboxes();
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    await Promise.all(closers.splice(0).map((closer) => closer()));
  };
  const startProvider = async (dialect: Dialect) => {
    const running = await startAuthorizationServer({
      dialect,
      journal,
      remember: (secret) => void secrets.add(secret),
      messageCount: (login) => mailboxes.inbox(login).length,
      settings: {
        accessTokenTtlSeconds: options.accessTokenTtlSeconds ?? 3600,
        rotation: options.rotation?.[dialect.provider] ?? dialect.rotationDefault,
      },
      port: options.ports?.[dialect.provider] ?? 0,
    });
    closers.push(running.close);
    return running;
  };

  try {
    const [google, microsoft] = await Promise.all([
      startProvider(googleDialect),
      startProvider(microsoftDialect),
    ]);
    const mail = await bringMail(options, { google, microsoft }, { journal, mailboxes, closers });
    return {
      google: google.handle,
      microsoft: microsoft.handle,
      endpoints: {
        ...(mail.caFile !== undefined && { caFile: mail.caFile }),
        google: googleDialect.endpoints(google.handle.origin, mail.endpoints.google),
        microsoft: microsoftDialect.endpoints(microsoft.handle.origin, mail.endpoints.microsoft),
      },
      caPem: mail.caPem,
      journal,
      mintedSecrets: () => [...secrets],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Nothing listens there. Left out, a reader of the endpoint file would fall back on the real mail servers. */
const NO_MAIL: MailEndpoints = {
  imap: { host: '127.0.0.1', port: 1, tls: 'implicit' },
  smtp: { host: '127.0.0.1', port: 1, tls: 'starttls' },
};

type Running = Record<SandboxProvider, RunningAuthorizationServer>;
type Shared = { journal: Journal; mailboxes: Mailboxes; closers: (() => Promise<unknown>)[] };
type Mail = {
  endpoints: Record<SandboxProvider, MailEndpoints>;
  caFile: string | undefined;
  caPem: string | undefined;
};

async function bringMail(options: StartSandboxOptions, running: Running, shared: Shared): Promise<Mail> {
  if (options.mail === 'none') {
    const { google = NO_MAIL, microsoft = NO_MAIL } = options.mailEndpoints ?? {};
    return { endpoints: { google, microsoft }, caFile: options.caFile, caPem: undefined };
  }
  const certificate = await createServerCertificate();
  const directory = await mkdtemp(join(tmpdir(), 'mailgrant-sandbox-'));
  shared.closers.push(() => rm(directory, { recursive: true, force: true }));
  const caFile = join(directory, 'ca.pem');
  await writeFile(caFile, certificate.caPem);
  const [google, microsoft] = await Promise.all([
    startMail('google', running.google, certificate, shared),
    startMail('microsoft', running.microsoft, certificate, shared),
  ]);
  return { endpoints: { google, microsoft }, caFile, caPem: certificate.caPem };
}

async function startMail(
  provider: SandboxProvider,
  { handle, users, access, settings, stats }: RunningAuthorizationServer,
  certificate: ServerCertificate,
  { journal, mailboxes, closers }: Shared,
): Promise<MailEndpoints> {
  const common = { provider, certificate, users, mailboxes, journal, settings, stats };
  const mayOpen = access.mayOpenMailbox;
  const checkToken = (protocol: MailProtocol) => createTokenCheck(handle.dovecot, { protocol, mayOpen });
  const keep = (server: RunningMailServer) => {
    closers.push(server.close);
    return server.port;
  };
  const imap = keep(await startImapServer({ ...common, checkToken: checkToken('imap') }));
  const smtp = keep(await startSmtpServer({ ...common, checkToken: checkToken('smtp') }));
  return {
    imap: { host: '127.0.0.1', port: imap, tls: 'implicit' },
    smtp: { host: '127.0.0.1', port: smtp, tls: 'starttls' },
  };
}
