// Owns one Dovecot for one stand-in mail host: IMAP over TLS, delivery by LMTP, and the SASL socket that
// Postfix uses. Each login asks the introspection endpoint (RFC 7662) about the token; nothing is cached.
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';
import type { MailHost } from './mail-settings.ts';
import { answers, freePort } from './ports.ts';
import { startServer, untilReady } from './processes.ts';
import { findUser } from './system-users.ts';

export type DovecotOptions = {
  name: string;
  /** A short path whose parents everyone may enter: Unix sockets end at 107 bytes and serve other users. */
  folder: string;
  host: MailHost;
  /** With the client's credentials as user info. */
  introspectionUrl: string;
  certificates: Certificates;
};

export type Dovecot = {
  imapPort: number;
  lmtpPort: number;
  saslSocket: string;
  /** Deletes every message of every mailbox. */
  clearMail(): Promise<void>;
  stop(): Promise<void>;
};

export async function startDovecot(options: DovecotOptions): Promise<Dovecot> {
  const { folder, name } = options;
  const file = (part: string) => join(folder, part);
  // A base folder that was used before costs 5 s at the first login.
  await rm(folder, { recursive: true, force: true });
  await mkdir(file('base'), { recursive: true });
  const owner = findUser('mail');
  if (owner === undefined) throw new Error('the user `mail`, who owns the mailboxes, does not exist here');

  const [imapPort, lmtpPort] = [await freePort(), await freePort()];
  const saslSocket = file('sasl');
  const configPath = file('dovecot.conf');
  const logPath = file('log');
  await Promise.all([
    writeFile(configPath, configuration({ ...options, owner, imapPort, lmtpPort, saslSocket, logPath })),
    writeFile(file('imap-token.conf'), tokenCheck(options.introspectionUrl, options.host.imapScope)),
    writeFile(file('smtp-token.conf'), tokenCheck(options.introspectionUrl, options.host.smtpScope)),
    writeFile(file('users'), options.host.users.map((user) => `${user}::::::\n`).join('')),
  ]);
  const mailFolder = file('mail');
  const clearMail = async () => {
    await rm(mailFolder, { recursive: true, force: true });
    await mkdir(mailFolder, { mode: 0o777 });
    await chown(mailFolder, owner.uid, owner.gid);
  };
  await clearMail();
  const server = startServer({ name, command: '/usr/sbin/dovecot', args: ['-F', '-c', configPath], logPath });
  try {
    const isReady = async () => (await answers(imapPort)) && (await answers(lmtpPort));
    await untilReady({ name, server, logPath, isReady });
  } catch (cause) {
    await server.stop();
    throw cause;
  }
  return { imapPort, lmtpPort, saslSocket, clearMail, stop: server.stop };
}

type Details = DovecotOptions & {
  owner: { uid: number; gid: number };
  imapPort: number;
  lmtpPort: number;
  saslSocket: string;
  logPath: string;
};

function configuration(details: Details): string {
  const { folder, host, owner, certificates } = details;
  const mechanisms = host.mechanisms.join(' ');
  const passdb = (protocol: string) => `protocol ${protocol} {
  passdb {
    driver = oauth2
    mechanisms = ${mechanisms}
    args = ${folder}/${protocol}-token.conf
  }
}`;
  return `base_dir = ${folder}/base
state_dir = ${folder}/base
instance_name = mailgrant-${details.name}
log_path = ${details.logPath}
auth_verbose = yes
protocols = imap lmtp
listen = 127.0.0.1
login_greeting = ${details.name} stand-in ready

# Debian gives the user mail a number below the one from which Dovecot accepts owners of mail.
first_valid_uid = ${owner.uid}
first_valid_gid = ${owner.gid}
mail_uid = ${owner.uid}
mail_gid = ${owner.gid}
mail_location = maildir:${folder}/mail/%Lu
mail_fsync = never
mail_max_userip_connections = 1000
namespace inbox {
  inbox = yes
  separator = /
  mailbox "${host.sentFolder}" {
    auto = subscribe
    special_use = \\Sent
  }
}

ssl = required
ssl_cert = <${certificates.certFile}
ssl_key = <${certificates.keyFile}
ssl_min_protocol = TLSv1.2

auth_mechanisms = ${mechanisms}
auth_cache_size = 0
auth_failure_delay = 0
${passdb('imap')}
${passdb('smtp')}
# LMTP must know a mailbox without any token.
userdb {
  driver = passwd-file
  args = username_format=%Lu ${folder}/users
}

service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = ${details.imapPort}
    ssl = yes
  }
  service_count = 0
  client_limit = 2000
  process_min_avail = 1
}
service imap {
  process_limit = 2000
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = ${details.lmtpPort}
  }
}
service auth {
  client_limit = 5000
  unix_listener ${details.saslSocket} {
    mode = 0660
    user = postfix
    group = postfix
  }
}
# Without this each refusal makes the next one from the same address seconds slower.
service anvil {
  client_limit = 5000
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`;
}

function tokenCheck(introspectionUrl: string, scope: string): string {
  return `introspection_mode = post
introspection_url = ${introspectionUrl}
force_introspection = yes
active_attribute = active
active_value = true
username_attribute = email
scope = ${scope}
timeout_msecs = 5000
`;
}
