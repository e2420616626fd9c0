// A page of ours on this machine that a browser is sent back to (RFC 8252 section 7.3): takes one callback, says thank
// you, and ends.
import { createServer } from 'node:http';
import { UsageError } from './command.ts';
import { isLoopback } from './place.ts';

/** Somebody signs in within this time. Milliseconds. */
const patience = 10 * 60_000;

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Mailgrant</title>
<body style="font:16px/1.5 system-ui;margin:4rem auto;max-width:30rem">
<h1>Back at the command line</h1><p>This window may be closed: the command has what it needs.</p></body></html>`;

/** The whole address that came. Throws `UsageError` for a redirect URI that is not on this machine. */
export function receiveCallback(redirectUri: string): Promise<string> {
  const expected = new URL(redirectUri);
  if (expected.protocol !== 'http:' || !isLoopback(expected.hostname)) {
    throw new UsageError('--listen needs a redirect URI like http://127.0.0.1:8080/callback');
  }
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', redirectUri);
      const isCallback =
        url.pathname === expected.pathname && (url.searchParams.has('code') || url.searchParams.has('error'));
      response.writeHead(isCallback ? 200 : 404, {
        'content-type': 'text/html; charset=utf-8',
        'referrer-policy': 'no-referrer',
        connection: 'close',
      });
      response.end(isCallback ? page : 'Not here.');
      if (!isCallback) return;
      clearTimeout(late);
      server.close();
      resolve(url.href);
    });
    const late = setTimeout(() => {
      server.close();
      reject(new Error('Nobody came back within ten minutes.'));
    }, patience);
    server.once('error', (error) => {
      clearTimeout(late);
      reject(error);
    });
    server.listen(Number(expected.port || 80), expected.hostname.replace(/^\[|\]$/g, ''));
  });
}
