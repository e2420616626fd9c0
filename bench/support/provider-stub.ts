// A token endpoint that does nothing but answer, after a set time or never. It notes how many calls it had at once
// and what the last one looked like, so that the bare client can send the same.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { serveControl, startArgument } from './control.ts';
import { memberAt, numberAt } from './members.ts';

const answer = Buffer.from(
  JSON.stringify({
    access_token: `ya29.${'s'.repeat(215)}`,
    expires_in: 3599,
    scope: 'https://mail.google.com/',
    token_type: 'Bearer',
  }),
);

let latencyMilliseconds = 0;
let isHanging = false;
let inFlight = 0;
let inFlightMax = 0;
let answered = 0;
let lastHeaders: Record<string, string> = {};
let lastBody = '';

function reply(response: ServerResponse): void {
  inFlight -= 1;
  answered += 1;
  response
    .writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
    .end(answer);
}

function take(request: IncomingMessage, response: ServerResponse): void {
  inFlight += 1;
  inFlightMax = Math.max(inFlightMax, inFlight);
  let body = '';
  request.setEncoding('latin1').on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    lastBody = body;
    lastHeaders = Object.fromEntries(
      Object.entries(request.headers).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    );
    if (isHanging) response.once('close', () => (inFlight -= 1));
    else if (latencyMilliseconds === 0) reply(response);
    else setTimeout(reply, latencyMilliseconds, response);
  });
}

const wantedPort = numberAt(startArgument(), 'port');
const server = createServer(take).listen(wantedPort, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;

serveControl({
  port: () => port,
  configure: (argument) => {
    latencyMilliseconds = numberAt(argument, 'latencyMilliseconds');
    isHanging = memberAt(argument, 'isHanging') === true;
  },
  /** Since the last time that this was asked. */
  journal: () => {
    const journal = { answered, inFlightMax, lastHeaders, lastBody };
    answered = 0;
    inFlightMax = inFlight;
    return journal;
  },
});
