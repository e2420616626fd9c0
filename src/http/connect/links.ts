// The pages of a mailbox owner's link. Looking at it changes nothing, because link scanners look too; only posts do.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ConnectSession, connectStatusOf, type Invitation, isOpen } from '../../core/index.ts';
import type { Page } from '../page.ts';
import { arrivedPage } from './arrived-page.ts';
import { sendAway } from './departure.ts';
import type { Ways } from './forms.ts';
import { helpPage } from './help-page.ts';
import { invitationPage } from './invitation-pages.ts';
import { linkOverPage, unknownLinkPage } from './notices.ts';
import { lostWayPage } from './result-pages.ts';
import { returnUrlOf } from './return-url.ts';
import { waitingForAdminPage, waitingForConfirmationPage } from './setback-pages.ts';
import type { Site } from './site.ts';

type WithToken = { Params: { token: string } };

const pathOf = (token: string): string => `/connect/${encodeURIComponent(token)}`;

export function links(app: FastifyInstance, site: Site): void {
  const { core } = site;

  /** Null when it was answered already: unknown, or gone on to its own host. */
  async function invitationAt(
    request: FastifyRequest<WithToken>,
    reply: FastifyReply,
  ): Promise<Invitation | null> {
    const invitation = await core.connectSessions.invitation(request.params.token);
    if (!invitation) {
      await site.send(request, reply, unknownLinkPage());
      return null;
    }
    site.belongsTo(request, invitation.workspace);
    if (request.method === 'POST') {
      await site.requireOwnPost(request, invitation.origin);
      return invitation;
    }
    return (await site.isSentHome(request, reply, invitation.origin)) ? null : invitation;
  }

  app.get<WithToken>('/connect/:token', async (request, reply) => {
    const invitation = await invitationAt(request, reply);
    if (!invitation) return reply;
    return site.send(request, reply, await linkPage(site, invitation, waysAt(request.params.token)));
  });

  app.post<WithToken>('/connect/:token', async (request, reply) => {
    const invitation = await invitationAt(request, reply);
    if (!invitation) return reply;
    const { token } = request.params;
    if (invitation.oauthClient.grantType === 'authorization_code') {
      return sendAway({ request, reply }, site, await core.authorization.depart(token));
    }
    const arrival = await core.directConnections.connectAt(token);
    if (arrival.session === null) {
      return site.send(request, reply, lostWayPage(arrival.reason, 410));
    }
    const elsewhere = returnUrlOf(arrival);
    if (elsewhere !== null) return reply.redirect(elsewhere, 303);
    return site.send(request, reply, await arrivedPage(core, arrival, waysAt(token)));
  });

  app.post<WithToken>('/connect/:token/administrator', async (request, reply) => {
    const invitation = await invitationAt(request, reply);
    if (!invitation) return reply;
    await core.adminConsents.await(invitation.session);
    return reply.redirect(pathOf(request.params.token), 303);
  });

  app.get<WithToken>('/connect/:token/help', async (request, reply) => {
    const invitation = await invitationAt(request, reply);
    if (!invitation) return reply;
    const { token } = request.params;
    const { session } = invitation;
    const page = helpPage(
      { provider: session.provider, goOnUrl: pathOf(token) },
      helpWays(site, session, waysAt(token)),
    );
    return site.send(request, reply, page);
  });
}

const waysAt = (token: string): Ways => ({
  onwards: pathOf(token),
  administrator: `${pathOf(token)}/administrator`,
  help: `${pathOf(token)}/help`,
});

/** An administrator is waited for only where there is one to ask, and somebody who can go on afterwards. */
export function helpWays({ core }: Site, session: ConnectSession, ways: Ways): Ways {
  const isPossible = isOpen(session, core.now()) && core.adminConsents.isPossible(session);
  return isPossible ? ways : { ...ways, administrator: null };
}

async function linkPage({ core }: Site, invitation: Invitation, ways: Ways): Promise<Page> {
  const { session, workspace } = invitation;
  const now = core.now();
  const facts = { session, workspace, ways, backUrl: null };
  switch (connectStatusOf(session, now)) {
    case 'pending':
    case 'insufficient_scope':
    case 'wrong_mailbox':
    case 'declined':
      return invitationPage(invitation, now, ways);
    case 'waiting_for_admin':
      return waitingForAdminPage({ ...facts, administratorUrl: await core.adminConsents.urlFor(session) });
    case 'waiting_for_confirmation':
      // Whoever holds the link alone has not signed in here: no code, and no way back with one.
      return waitingForConfirmationPage({ ...facts, administratorUrl: null });
    case 'connected':
    case 'failed':
    case 'cancelled':
    case 'expired':
      return linkOverPage();
  }
}
