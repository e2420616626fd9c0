// The load generator: raw sockets with keep-alive, one request at a time on each, and of an answer no more is read
// than its status and its length. It costs a fraction of what any server does.
import { once } from 'node:events';
import { connect } from 'node:net';
import { serveControl } from './control.ts';
import { mailboxIdOf } from './ids.ts';
import type { LoadRequest } from './load.ts';
import { percentile } from './statistics.ts';

/** Calls `done` with the status of each answer, or with 0 when the connection breaks. */
type Line = { send(request: string, done: (status: number, head: string) => void): void; close(): void };

const drainMilliseconds = 60_000;
const headEnd = '\r\n\r\n';

async function openLine(port: number): Promise<Line> {
  let pieces: Buffer[] = [];
  let got = 0;
  let total = 0;
  /** Length of the last whole answer: the next one is mostly as long, and then comes in one piece. */
  let usual = 0;
  let head = '';
  let waiting: ((status: number, head: string) => void) | null = null;
  const settle = (status: number): void => {
    const done = waiting;
    waiting = null;
    pieces = [];
    got = 0;
    total = 0;
    done?.(status, head);
  };
  const take = (length: number, buffer: Uint8Array): boolean => {
    if (length === usual && got === 0 && isOk(buffer)) {
      settle(200);
      return true;
    }
    pieces.push(Buffer.from(buffer.subarray(0, length)));
    got += length;
    if (total === 0) {
      const text = Buffer.concat(pieces).toString('latin1');
      const end = text.indexOf(headEnd);
      if (end === -1) return true;
      head = text.slice(0, end);
      const bodyLength = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (bodyLength === undefined) settle(0);
      else total = end + headEnd.length + Number(bodyLength);
    }
    if (total > 0 && got >= total) {
      usual = total;
      settle(Number(head.slice(9, 12)));
    }
    return true;
  };
  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    // Into one buffer for each line, past the machinery of streams.
    onread: { buffer: Buffer.alloc(64 * 1024), callback: take },
  });
  await once(socket, 'connect');
  socket.on('error', (error) => {
    head = error.message;
  });
  socket.on('close', () => settle(0));
  return {
    send: (request, done) => {
      if (socket.destroyed) return done(0, 'the connection is closed');
      waiting = done;
      socket.write(request, 'latin1');
    },
    close: () => socket.destroy(),
  };
}

/** `HTTP/1.1 200` */
const isOk = (answer: Uint8Array): boolean => answer[9] === 50 && answer[10] === 48 && answer[11] === 48;

/** The text of the next request, or null when every mailbox was asked for. */
function requestsOf({ apiKey, body = null, mailboxes }: LoadRequest): () => string | null {
  const { from, count, order } = mailboxes;
  const fields = [
    'Host: 127.0.0.1',
    `Authorization: Bearer ${apiKey}`,
    ...(body === null ? [] : ['Content-Type: application/json']),
    `Content-Length: ${body === null ? 0 : Buffer.byteLength(body)}`,
  ];
  const rest = `/token HTTP/1.1\r\n${fields.join('\r\n')}${headEnd}${body ?? ''}`;
  const textOf = (index: number): string => `POST /v1/mailboxes/${mailboxIdOf(from + index)}${rest}`;
  let next = 0;
  if (order === 'each') return () => (next < count ? textOf(next++) : null);
  // Made before the clock runs.
  const texts = Array.from({ length: count }, (_, index) => textOf(index));
  return () => texts[Math.floor(Math.random() * count)] ?? null;
}

async function run(request: LoadRequest) {
  const { ports, connections, seconds, ratePerSecond = null } = request;
  const lines = await Promise.all(
    Array.from({ length: connections }, (_, index) => openLine(ports[index % ports.length] ?? 0)),
  );
  const nextRequest = requestsOf(request);
  const samples: number[] = [];
  let failures = 0;
  let firstFailure: string | null = null;
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let last = begin;

  /** False when there is nothing left to ask for. */
  const sendOne = (line: Line, wantedAt: number, then: () => void): boolean => {
    const text = nextRequest();
    if (text === null) return false;
    line.send(text, (status, head) => {
      last = performance.now();
      samples.push(last - wantedAt);
      if (status !== 200) {
        failures += 1;
        firstFailure ??= `status ${status}: ${head.slice(0, 300)}`;
      }
      then();
    });
    return true;
  };
  const drive = ratePerSecond === null ? driveClosed : driveOpen(ratePerSecond);
  const timer = AbortSignal.timeout(seconds * 1000 + drainMilliseconds);
  const cut = new Promise<never>((_, reject) => {
    timer.addEventListener('abort', () => reject(new Error('answers are missing long after the end')));
  });
  try {
    await Promise.race([drive({ lines, sendOne, begin, end }), cut]);
  } finally {
    for (const line of lines) line.close();
  }
  return {
    requests: samples.length,
    failures,
    firstFailure,
    seconds: Math.max(last - begin, 1) / 1000,
    p50Milliseconds: samples.length === 0 ? 0 : percentile(samples, 0.5),
    p99Milliseconds: samples.length === 0 ? 0 : percentile(samples, 0.99),
    maxMilliseconds: samples.reduce((most, sample) => Math.max(most, sample), 0),
  };
}

type Drive = {
  lines: readonly Line[];
  sendOne: (line: Line, wantedAt: number, then: () => void) => boolean;
  begin: number;
  end: number;
};

/** Each line sends as soon as it has its answer. */
async function driveClosed({ lines, sendOne, end }: Drive): Promise<void> {
  await Promise.all(
    lines.map(
      (line) =>
        new Promise<void>((resolve) => {
          const again = (): void => {
            const now = performance.now();
            if (now >= end || !sendOne(line, now, again)) resolve();
          };
          again();
        }),
    ),
  );
}

/** Requests fall due at an even pace; those for which no line is free wait, and their waiting counts. */
function driveOpen(ratePerSecond: number): (drive: Drive) => Promise<void> {
  return ({ lines, sendOne, begin, end }) => {
    const free = [...lines];
    let sent = 0;
    return new Promise((resolve) => {
      const dispatch = (): void => {
        const now = Math.min(performance.now(), end);
        // The first one at once.
        const due = 1 + Math.floor(((now - begin) / 1000) * ratePerSecond);
        while (sent < due) {
          const line = free.pop();
          if (line === undefined) return;
          const isSent = sendOne(line, begin + (sent / ratePerSecond) * 1000, () => {
            free.push(line);
            dispatch();
          });
          if (!isSent) free.push(line);
          sent += 1;
        }
        if (now >= end && free.length === lines.length) {
          clearInterval(ticking);
          resolve();
        }
      };
      const ticking = setInterval(dispatch, 1);
    });
  };
}

serveControl({
  run: (argument) => {
    // Written by load.ts, which is of this very release: its shape is known.
    const request: LoadRequest = JSON.parse(String(argument));
    return run(request);
  },
});
