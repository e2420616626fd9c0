// Owns a bare SMTP dialogue that reads a server's EHLO answer before and after STARTTLS (RFC 3207).
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Endpoint } from './state.ts';

export async function readCapabilities(
  endpoint: Endpoint,
  caFile: string,
): Promise<{ beforeTls: string; afterTls: string }> {
  const socket = connect(endpoint);
  await reply(socket);
  const beforeTls = await say(socket, 'EHLO client.test');
  await say(socket, 'STARTTLS');
  const secured = connectTls({ socket, ca: readFileSync(caFile), servername: 'localhost' });
  await once(secured, 'secureConnect');
  const afterTls = await say(secured, 'EHLO client.test');
  await say(secured, 'QUIT');
  secured.destroy();
  return { beforeTls, afterTls };
}

function say(socket: Socket, line: string): Promise<string> {
  const answer = reply(socket);
  socket.write(`${line}\r\n`);
  return answer;
}

/** Reads up to the line whose code is followed by a blank, which is the last of a reply (RFC 5321 §4.2.1). */
async function reply(socket: Socket): Promise<string> {
  let received = '';
  while (!/^\d{3} .*\r\n$/m.test(received)) {
    const [chunk] = await once(socket, 'data', { signal: AbortSignal.timeout(40_000) });
    received += String(chunk);
  }
  return received;
}
