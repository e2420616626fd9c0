// The way back from the provider, of mailbox owners and of administrators, and the page that shows what came of it to
// the browser that went.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { adminStatePrefix, type Invitation, isOpen, type Ticket, unboundTokenOf } from '../../core/index.ts';
import { approvalResultPage } from './administrator-pages.ts';
import { arrivedPage } from './arrived-page.ts';
import { browserTokenOf, keepTicket, referenceOf, ticketOf } from './browser-cookies.ts';
import { sendAway } from './departure.ts';
import type { Ways } from './forms.ts';
import { helpPage } from './help-page.ts';
import { helpWays } from './links.ts';
import { noResultPage } from './notices.ts';
import { failedPage, lostWayPage } from './result-pages.ts';
import { confirmationUrlOf, returnUrlOf } from './return-url.ts';
import { approvedPage } from './setback-pages.ts';
import type { Site } from './site.ts';

const statusOfArrival = {
  callback_invalid: 400,
  browser_mismatch: 400,
  session_expired: 410,
  link_over: 410,
} as const;

type Callback = { Params: { oauthClientId: string } };
type WithReference = { Params: { reference: string } };

export function callbacks(app: FastifyInstance, site: Site): void {
  const { core } = site;
  app.get<Callback>('/oauth/callback/:oauthClientId', { exposeHeadRoute: false }, async (request, reply) => {
    const { oauthClientId } = request.params;
    const parameters = new URL(request.url, core.settings.publicUrl).searchParams;
    const state = parameters.get('state') ?? '';
    if (state.startsWith(adminStatePrefix)) {
      return administratorArrives({ request, reply }, site, { oauthClientId, parameters });
    }
    const { origin, host } = await site.placeOf(request);
    const browserToken = browserTokenOf(request, origin, state) ?? unboundTokenOf(state);
    const arrival = await core.authorization.arrive({ oauthClientId, parameters, browserToken, host });
    if (arrival.session === null) {
      const { reason } = arrival;
      return site.send(request, reply, lostWayPage(reason, statusOfArrival[reason]));
    }
    const { session } = arrival;
    const lifeSeconds = session.outcome ? 0 : (session.expiresAt - core.now()) / 1000;
    keepTicket(reply, origin, { oauthClientId, state, browserToken, lifeSeconds });
    // Away from the address that holds the code, so that it stays out of the history (RFC 9700 section 4.3).
    return reply.redirect(confirmationUrlOf(arrival) ?? `/connect/result/${referenceOf(state)}`, 303);
  });
}

export function results(app: FastifyInstance, site: Site): void {
  const { core } = site;

  /** What this browser's ticket is for; null for any other browser. */
  async function found(
    request: FastifyRequest<WithReference>,
  ): Promise<{ ticket: Ticket; invitation: Invitation } | null> {
    const { origin } = await site.placeOf(request);
    const ticket = ticketOf(request, origin, request.params.reference);
    const session = ticket && (await core.authorization.sessionOf(ticket));
    const invitation = session && (await core.connectSessions.invitationOf(session.id));
    if (!ticket || !invitation) return null;
    site.belongsTo(request, invitation.workspace);
    return { ticket, invitation };
  }

  app.get<WithReference>('/connect/result/:reference', async (request, reply) => {
    const shown = await found(request);
    if (!shown) return site.send(request, reply, noResultPage());
    const { ticket, invitation } = shown;
    const ways = waysAt(request.params.reference);
    const { session, workspace } = invitation;
    if (session.setback === null && session.adminConsentedAt !== null && isOpen(session, core.now())) {
      return site.send(request, reply, approvedPage({ workspace, ways }));
    }
    // The callback once more, without its code: it is answered with what came of it the first time.
    const { oauthClientId, state, browserToken } = ticket;
    const parameters = new URLSearchParams({ state });
    const arrival = await core.authorization.arrive({ oauthClientId, parameters, browserToken, host: null });
    if (arrival.session === null) return site.send(request, reply, noResultPage());
    const elsewhere = returnUrlOf(arrival);
    if (elsewhere !== null) return reply.redirect(elsewhere, 303);
    return site.send(request, reply, await arrivedPage(core, arrival, ways));
  });

  app.post<WithReference>('/connect/result/:reference/retry', async (request, reply) => {
    const shown = await found(request);
    if (!shown) return site.send(request, reply, noResultPage());
    await site.requireOwnPost(request, shown.invitation.origin);
    return sendAway({ request, reply }, site, await core.authorization.departAgain(shown.ticket));
  });

  app.post<WithReference>('/connect/result/:reference/administrator', async (request, reply) => {
    const shown = await found(request);
    if (!shown) return site.send(request, reply, noResultPage());
    await site.requireOwnPost(request, shown.invitation.origin);
    await core.adminConsents.await(shown.invitation.session);
    return reply.redirect(pathOf(request.params.reference), 303);
  });

  app.get<WithReference>('/connect/result/:reference/help', async (request, reply) => {
    const shown = await found(request);
    if (!shown) return site.send(request, reply, noResultPage());
    const { session } = shown.invitation;
    const { reference } = request.params;
    const ways = helpWays(site, session, waysAt(reference));
    return site.send(
      request,
      reply,
      helpPage({ provider: session.provider, goOnUrl: pathOf(reference) }, ways),
    );
  });
}

const pathOf = (reference: string): string => `/connect/result/${encodeURIComponent(reference)}`;

const waysAt = (reference: string): Ways => ({
  onwards: `${pathOf(reference)}/retry`,
  administrator: `${pathOf(reference)}/administrator`,
  help: `${pathOf(reference)}/help`,
});

async function administratorArrives(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  site: Site,
  callback: { oauthClientId: string; parameters: URLSearchParams },
): Promise<FastifyReply> {
  const arrival = await site.core.adminConsents.arrive(callback);
  if (arrival.consent === null) {
    return site.send(request, reply, failedPage('callback_invalid', { status: 400 }));
  }
  site.belongsTo(request, arrival.workspace);
  return site.send(request, reply, approvalResultPage(arrival));
}
