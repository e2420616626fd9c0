// Is the process alive? Exit code 0 or 1, for a container's health check, whose image has no curl. Where it listens
// is read from the settings that it was started with.
'use strict';

const { get } = require('node:http');

const host = process.env.MAILGRANT_HOST || '127.0.0.1';
// An address that stands for all of them is none that can be asked.
const asked = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
const port = Number(process.env.MAILGRANT_PORT || 8025);
const timeoutMs = 4_000;

const end = (reason) => {
  if (reason) process.stderr.write(`${reason}\n`);
  process.exit(reason ? 1 : 0);
};

get({ host: asked, port, path: '/healthz', timeout: timeoutMs }, ({ statusCode }) =>
  end(statusCode === 200 ? '' : `/healthz answered ${statusCode}`),
)
  .on('timeout', () => end(`no answer from ${asked}:${port} within ${timeoutMs} ms`))
  .on('error', (error) => end(error.message));
