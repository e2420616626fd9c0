// The link that renews a mailbox's permission: its button makes a connect session that is pinned to the mailbox.
import type { FastifyInstance } from 'fastify';
import { nameOf } from '../../core/index.ts';
import { sendAway } from './departure.ts';
import { reconnectPage } from './invitation-pages.ts';
import { providerNames } from './names.ts';
import { unknownLinkPage } from './notices.ts';
import type { Site } from './site.ts';

type WithToken = { Params: { token: string } };

export function reconnects(app: FastifyInstance, site: Site): void {
  const { connectSessions, authorization } = site.core;

  app.get<WithToken>('/reconnect/:token', async (request, reply) => {
    const { token } = request.params;
    const invitation = await connectSessions.reconnectInvitation(token);
    if (!invitation) return site.send(request, reply, unknownLinkPage());
    const { mailbox, workspace, origin } = invitation;
    site.belongsTo(request, workspace);
    if (await site.isSentHome(request, reply, origin)) return reply;
    const { email } = mailbox;
    const facts = { email, workspaceName: nameOf(workspace), provider: providerNames[mailbox.provider] };
    return site.send(request, reply, reconnectPage(facts, `/reconnect/${encodeURIComponent(token)}`));
  });

  app.post<WithToken>('/reconnect/:token', async (request, reply) => {
    const { token } = request.params;
    const invitation = await connectSessions.reconnectInvitation(token);
    if (!invitation) return site.send(request, reply, unknownLinkPage());
    site.belongsTo(request, invitation.workspace);
    await site.requireOwnPost(request, invitation.origin);
    const made = await connectSessions.reconnect(token);
    if (!made) return site.send(request, reply, unknownLinkPage());
    // Where an administrator gave the access, there is nobody to send to the provider: the session's page goes on.
    const session = await connectSessions.invitationOf(made.session.id);
    if (session?.oauthClient.grantType !== 'authorization_code') return reply.redirect(made.url, 303);
    const sessionToken = made.url.slice(made.url.lastIndexOf('/') + 1);
    return sendAway({ request, reply }, site, await authorization.depart(sessionToken));
  });
}
