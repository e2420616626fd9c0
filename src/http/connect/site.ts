// What the routes of all pages share: whose page it is, under which host it was asked for, and how it is dressed.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Core, GatewayError, type Workspace } from '../../core/index.ts';
import { brandOf } from '../brand.ts';
import { isAt, isElsewhere, type Place, placeOf } from '../hosts.ts';
import { type Page, sendPage } from '../page.ts';
import { requireSameSite } from './same-site.ts';

export type Site = ReturnType<typeof createSite>;

export function createSite(core: Core) {
  const shownFor = new WeakMap<FastifyRequest, Workspace>();

  return {
    core,
    placeOf: (request: FastifyRequest): Promise<Place> => placeOf(request, core),

    /** From here on, whatever is answered looks like this workspace's, a failure too. */
    belongsTo(request: FastifyRequest, workspace: Workspace): void {
      shownFor.set(request, workspace);
    },

    async send(request: FastifyRequest, reply: FastifyReply, page: Page): Promise<FastifyReply> {
      const workspace = shownFor.get(request) ?? (await placeOf(request, core).catch(nowhere)).workspace;
      // A name and a logo can be anybody's: away from the host that the operator gave them, the server is named too.
      const home = workspace?.settings.branding.origin ?? null;
      const isAtHome = home !== null && isAt(request, home);
      const serverHost = isAtHome ? null : new URL(core.settings.publicUrl).host;
      return sendPage(reply, page, brandOf(workspace, { serverHost }));
    },

    /** A link that was opened under another of our hosts goes on under its own: the cookie belongs to one. */
    async isSentHome(request: FastifyRequest, reply: FastifyReply, origin: string): Promise<boolean> {
      if (!isElsewhere(await placeOf(request, core), origin)) return false;
      reply.redirect(`${origin}${request.url}`, 303);
      return true;
    },

    /** Throws `permission_denied` for the post of another site's page, or under another host than the page's. */
    async requireOwnPost(request: FastifyRequest, origin: string): Promise<void> {
      requireSameSite(request, origin);
      if (isElsewhere(await placeOf(request, core), origin)) {
        throw new GatewayError('permission_denied', 'This form belongs to another host.');
      }
    },
  };
}

/** The page about a database that does not answer needs no database. */
const nowhere = (): Pick<Place, 'workspace'> => ({ workspace: null });
