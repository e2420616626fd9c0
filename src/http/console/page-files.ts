// The console's files below /console/: hashed ones for ever, the page itself anew each time, under whatever address of
// the console it was asked for.
import { stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { GatewayError } from '../../core/index.ts';
import { createPage } from './page.ts';
import { sendUnbuiltPage } from './unbuilt-page.ts';

/** Vite names what is in there by its content. */
const hashed = /^assets\//;
const base = '/console/';
/** Longer than any address of the console, shorter than what a file system takes. */
const pathMax = 512;

export function pageFiles(app: FastifyInstance, folder: string): void {
  const page = createPage(join(folder, 'index.html'));

  const sendPage = async (reply: FastifyReply): Promise<FastifyReply> => {
    const made = await page();
    return made === null
      ? sendUnbuiltPage(reply)
      : reply.headers(made.headers).type(htmlType).send(made.text);
  };

  app.get('/console', async (_, reply) => reply.redirect(base, 308));

  app.get<{ Params: { '*': string } }>(`${base}*`, async ({ params }, reply) => {
    const path = params['*'];
    if (path !== '' && path !== 'index.html' && (await isFile(folder, path))) {
      reply.header('cache-control', hashed.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
      return reply.sendFile(path);
    }
    // A page of the release before asks for its own files in vain: not for a page in their place.
    if (hashed.test(path)) throw new GatewayError('not_found', 'The console has no such file.');
    return sendPage(reply);
  });
}

const htmlType = 'text/html; charset=utf-8';

async function isFile(folder: string, path: string): Promise<boolean> {
  const isPlain = path.length <= pathMax && !path.includes('\0') && normalize(path) === path;
  if (!isPlain || path.startsWith('..') || path.split('/').some((part) => part.startsWith('.'))) return false;
  return (await stat(join(folder, path)).catch(() => null))?.isFile() ?? false;
}
