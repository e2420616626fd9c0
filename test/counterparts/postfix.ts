// Owns one Postfix with a submission port per stand-in mail host: STARTTLS, then SASL through that host's
// Dovecot, then LMTP into the recipient's Dovecot. Mail for anybody else is refused; nothing can leave.
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';
import type { MailHost } from './mail-settings.ts';
import { answers, freePort } from './ports.ts';
import { runProgram, startServer, untilReady } from './processes.ts';
import { findUser } from './system-users.ts';

export type PostfixListener = { name: string; host: MailHost; saslSocket: string; lmtpPort: number };

export type PostfixOptions = {
  /** A short path whose parents everyone may enter. */
  folder: string;
  listeners: readonly PostfixListener[];
  certificates: Certificates;
};

/** Ports stand in the order of `listeners`. */
export type Postfix = { ports: readonly number[]; clearQueue(): Promise<void>; stop(): Promise<void> };

export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  const { folder, listeners } = options;
  const settings = join(folder, 'etc');
  const logPath = join(folder, 'log');
  const owner = findUser('postfix');
  if (owner === undefined) throw new Error('the user `postfix` does not exist here');
  await mkdir(settings, { recursive: true });
  await mkdir(join(folder, 'queue'));
  await mkdir(join(folder, 'data'));
  await chown(join(folder, 'data'), owner.uid, owner.gid);
  await chmod(folder, 0o755);

  const ports: number[] = [];
  for (const _ of listeners) ports.push(await freePort());
  await Promise.all([
    writeFile(join(settings, 'main.cf'), mainSettings({ ...options, settings, logPath })),
    writeFile(join(settings, 'master.cf'), services(listeners, ports)),
    // A table of its own: a `$` in an inline table breaks the parsing of main.cf.
    writeFile(join(settings, 'senders'), '/^(.+)$/ $1\n'),
  ]);

  // Always the absolute path: with a relative one Postfix fails and says so nowhere but in its log.
  // `check` creates the queue. Then `master` itself, since the command `postfix start-fg` is not its process.
  await runProgram('/usr/sbin/postfix', ['-c', settings, 'check']);
  const server = startServer({
    name: 'Postfix',
    command: '/usr/lib/postfix/sbin/master',
    args: ['-c', settings, '-s'],
    logPath,
  });
  try {
    const isReady = async () => (await Promise.all(ports.map(answers))).every(Boolean);
    await untilReady({ name: 'Postfix', server, logPath, isReady });
  } catch (cause) {
    await server.stop();
    throw cause;
  }
  const clearQueue = async () => {
    await runProgram('/usr/sbin/postsuper', ['-c', settings, '-d', 'ALL']);
  };
  return { ports, clearQueue, stop: server.stop };
}

function mainSettings(details: PostfixOptions & { settings: string; logPath: string }): string {
  const { folder, listeners, certificates } = details;
  const users = listeners.flatMap(({ host }) => host.users);
  const routes = listeners.flatMap(({ host, lmtpPort }) =>
    domainsOf(host).map((domain) => `{${domain}=lmtp:inet:127.0.0.1:${lmtpPort}}`),
  );
  const nothingLeaves = 'error:5.1.2 this test server sends nothing to the outside';
  return `compatibility_level = 3.6
config_directory = ${details.settings}
queue_directory = ${folder}/queue
data_directory = ${folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${details.logPath}
maillog_file_prefixes = ${folder}

myhostname = smtp.mailgrant.test
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
notify_classes =
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_peername_lookup = no

default_transport = ${nothingLeaves}
relay_transport = ${nothingLeaves}
relayhost =
virtual_mailbox_domains = ${listeners.flatMap(({ host }) => domainsOf(host)).join(', ')}
virtual_mailbox_maps = inline:{ ${users.map((user) => `${user}=x`).join(', ')} }
transport_maps = inline:{ ${routes.join(', ')} }

smtpd_tls_cert_file = ${certificates.certFile}
smtpd_tls_key_file = ${certificates.keyFile}
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_security_options = noanonymous
smtpd_client_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_sasl_authenticated, reject
smtpd_sender_login_maps = regexp:${details.settings}/senders
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 1000
smtpd_client_connection_count_limit = 0
`;
}

// Debian's own table puts services into a chroot; none of these is (fifth column).
function services(listeners: readonly PostfixListener[], ports: readonly number[]): string {
  const submission = listeners.map(({ name, host, saslSocket }, index) =>
    [
      `127.0.0.1:${ports[index]} inet n - n - - smtpd`,
      `  -o syslog_name=postfix/${name}`,
      `  -o smtpd_sasl_path=${saslSocket}`,
      ...(host.isSenderChecked
        ? ['  -o smtpd_sender_restrictions=reject_authenticated_sender_login_mismatch']
        : []),
    ].join('\n'),
  );
  return `${submission.join('\n')}
pickup     unix       n - n 60    1 pickup
cleanup    unix       n - n -     0 cleanup
qmgr       unix       n - n 300   1 qmgr
tlsmgr     unix       - - n 1000? 1 tlsmgr
rewrite    unix       - - n -     - trivial-rewrite
bounce     unix       - - n -     0 bounce
defer      unix       - - n -     0 bounce
trace      unix       - - n -     0 bounce
verify     unix       - - n -     1 verify
flush      unix       n - n 1000? 0 flush
proxymap   unix       - - n -     - proxymap
proxywrite unix       - - n -     1 proxymap
smtp       unix       - - n -     - smtp
relay      unix       - - n -     - smtp
showq      unix       n - n -     - showq
error      unix       - - n -     - error
retry      unix       - - n -     - error
discard    unix       - - n -     - discard
lmtp       unix       - - n -     - lmtp
anvil      unix       - - n -     1 anvil
scache     unix       - - n -     1 scache
postlog    unix-dgram n - n -     1 postlogd
`;
}

function domainsOf(host: MailHost): string[] {
  return [...new Set(host.users.map((user) => user.slice(user.indexOf('@') + 1)))];
}
