// Scripted mail servers on loopback: a greeting, then an answer to each line. With TLS from the first byte, by
// STARTTLS, or without any.
import { createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import type { ProbeLogin } from '../../src/core/ports.ts';
import { secret } from '../../src/core/secret.ts';
import { portOf } from '../providers/helpers.ts';

export type Certificate = { key: string; cert: string };

/** Signs itself, so it is its own authority. */
export const createCertificate = async (): Promise<Certificate> => {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key: pems.private, cert: pems.cert };
};

/** What a script does with one line; text is sent with CRLF added. */
export type Line = {
  line: string;
  /** First word: the tag of IMAP, the verb of SMTP. */
  word: string;
  send(...lines: string[]): void;
  close(): void;
  /** Answers `line`, then upgrades to TLS. */
  upgrade(line: string): void;
};

export type Script = {
  greeting: string | null;
  tls: 'implicit' | 'starttls' | 'none';
  onLine(line: Line): void;
};

export type MailServerDouble = {
  port: number;
  /** Every line received, over all connections. */
  lines: string[];
  /** Resolves when no connection is open any more. */
  drained(): Promise<void>;
  close(): Promise<void>;
};

export const startMailServer = async (
  script: Script,
  certificate: Certificate,
): Promise<MailServerDouble> => {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  let waiting: (() => void)[] = [];
  const secureContext = createSecureContext(certificate);

  const speak = (socket: Socket, greeting: string | null): void => {
    let pending = '';
    const write = (text: string): void => void socket.write(`${text}\r\n`);
    const onData = (chunk: Buffer): void => {
      pending += chunk.toString('latin1');
      for (let end = pending.indexOf('\r\n'); end >= 0; end = pending.indexOf('\r\n')) {
        const line = pending.slice(0, end);
        pending = pending.slice(end + 2);
        lines.push(line);
        script.onLine({
          line,
          word: line.split(' ')[0] ?? '',
          send: (...answers) => answers.forEach(write),
          close: () => socket.end(),
          upgrade: (answer) => {
            socket.removeListener('data', onData);
            write(answer);
            const secured = new TLSSocket(socket, { isServer: true, secureContext });
            secured.on('error', () => socket.destroy());
            speak(secured, null);
          },
        });
      }
    };
    socket.on('data', onData);
    if (greeting !== null) write(greeting);
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      if (sockets.size > 0) return;
      for (const done of waiting) done();
      waiting = [];
    });
    if (script.tls !== 'implicit') return speak(socket, script.greeting);
    const secured = new TLSSocket(socket, { isServer: true, secureContext });
    secured.on('error', () => socket.destroy());
    secured.once('secure', () => speak(secured, script.greeting));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server),
    lines,
    drained: () =>
      sockets.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(() => resolve())),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export const token = 'access-token-0123456789';
export const login: ProbeLogin = {
  email: 'ann@corp.test',
  accessToken: secret(token),
  names: 'own',
  isAppOnly: false,
};
export const clock = { now: () => Date.now() };

/** Ends a probe that hangs by mistake; far above what any test needs. */
export const soon = (): AbortSignal => AbortSignal.timeout(40_000);
