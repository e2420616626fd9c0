// What this server says about itself stays off the hosts of workspaces: there, nobody learns what runs behind them. And
// what people see who come to a page that there is not.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../core/index.ts';
import { brandOf } from './brand.ts';
import { placeOf } from './hosts.ts';
import { html } from './html.ts';
import { type Page, sendPage } from './page.ts';

const ownPages = /^\/(docs(\/|$)|console(\/|$)|$)/;
/** Programs ask here, and read problem documents. */
const programPaths = /^\/(v1|api|compat)\//;

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? '';

const noSuchPage: Page = {
  status: 404,
  title: 'There is no such page',
  tone: 'bad',
  content: html`<p>Were you sent a link to connect your mailbox? Open that link once more, as a whole.</p>`,
};

/** To be called before any route is registered: a hook holds for what comes after it. */
export function hideOwnPages(app: FastifyInstance, core: Core): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!ownPages.test(pathOf(request))) return done();
    placeOf(request, core)
      .then(({ workspace }) => {
        if (workspace) sendPage(reply, noSuchPage, brandOf(workspace, { serverHost: null }));
        else done();
      })
      .catch(done);
  });
}

/**
 * Answers an unknown path with a page: on a workspace's host always, on this server's own where a browser asks, as it
 * does for a link that was cut. False = it is not for people.
 */
export async function showedNoSuchPage(
  request: FastifyRequest,
  reply: FastifyReply,
  core: Core,
): Promise<boolean> {
  const isPage = request.method === 'GET' || request.method === 'HEAD';
  if (!isPage || programPaths.test(pathOf(request))) return false;
  const { workspace } = await placeOf(request, core);
  if (!workspace && !isBrowser(request)) return false;
  sendPage(reply, noSuchPage, brandOf(workspace, { serverHost: null }));
  return true;
}

/** Programs ask for JSON, or for anything. */
const isBrowser = ({ headers }: FastifyRequest): boolean => /\btext\/html\b/.test(headers.accept ?? '');
