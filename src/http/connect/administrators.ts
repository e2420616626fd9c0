// An administrator's link: asks for the approval of a whole organisation. The answer comes back through callbacks.ts.
import type { FastifyInstance } from 'fastify';
import { approvalRequestPage } from './administrator-pages.ts';
import { unknownLinkPage } from './notices.ts';
import type { Site } from './site.ts';

type WithToken = { Params: { token: string } };

export function administrators(app: FastifyInstance, site: Site): void {
  const { adminConsents } = site.core;

  app.get<WithToken>('/admin-consent/:token', async (request, reply) => {
    const { token } = request.params;
    const invitation = await adminConsents.invitation(token);
    if (!invitation) return site.send(request, reply, unknownLinkPage());
    site.belongsTo(request, invitation.workspace);
    if (await site.isSentHome(request, reply, invitation.origin)) return reply;
    const page = approvalRequestPage(invitation, `/admin-consent/${encodeURIComponent(token)}`);
    return site.send(request, reply, page);
  });

  app.post<WithToken>('/admin-consent/:token', async (request, reply) => {
    const { token } = request.params;
    const invitation = await adminConsents.invitation(token);
    if (!invitation) return site.send(request, reply, unknownLinkPage());
    site.belongsTo(request, invitation.workspace);
    await site.requireOwnPost(request, invitation.origin);
    const { authorizationUrl } = await adminConsents.depart(token);
    return reply.redirect(authorizationUrl, 303);
  });
}
