// The pages that mailbox owners see, and the callback. Looking at a link changes nothing, because link scanners
// look too; only the button's post leads to the provider.
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Core, connectStatusOf, type GatewayError, unboundTokenOf } from '../../core/index.ts';
import { type Page, sendPage } from '../page.ts';
import { logFailure, toGatewayError } from '../problem.ts';
import type { Surface } from '../surface.ts';
import { type BrowserCookies, createBrowserCookies, referenceOf } from './browser-cookies.ts';
import { invitationPage, reconnectPage } from './invitation-pages.ts';
import {
  failedPage,
  foreignPostPage,
  linkOverPage,
  noResultPage,
  pausedPage,
  resultPage,
  troublePage,
  unknownLinkPage,
} from './result-pages.ts';
import { returnUrlOf } from './return-url.ts';
import { requireSameSite } from './same-site.ts';

const statusOfArrival = { callback_invalid: 400, browser_mismatch: 400, session_expired: 410 } as const;

export const connectPages: Surface = {
  name: 'connect',
  async register(app, { core, log }) {
    await app.register(cookie);
    await app.register(formbody);
    app.setErrorHandler((error, request, reply) => {
      const known = toGatewayError(error);
      logFailure(log, request, known);
      return sendPage(reply, pageOf(known, request.id));
    });
    const cookies = createBrowserCookies(core.settings.publicUrl);
    links(app, core, cookies);
    reconnectLinks(app, core, cookies);
    callbacks(app, core, cookies);
    // A link that was cut or prolonged on its way is answered for people too.
    for (const path of ['/connect/*', '/reconnect/*', '/oauth/callback/*']) {
      app.get(path, async (_request, reply) => sendPage(reply, unknownLinkPage()));
    }
  },
};

type WithToken = { Params: { token: string } };

function links(app: FastifyInstance, core: Core, cookies: BrowserCookies): void {
  app.get<WithToken>('/connect/:token', async ({ params }, reply) => {
    const invitation = await core.connectSessions.invitation(params.token);
    if (!invitation) return sendPage(reply, unknownLinkPage());
    const now = core.now();
    const isOpen = connectStatusOf(invitation.session, now) === 'pending';
    return sendPage(reply, isOpen ? invitationPage(invitation, now) : linkOverPage());
  });

  app.post<WithToken>('/connect/:token', async (request, reply) => {
    requireSameSite(request, core.settings.publicUrl);
    const { token } = request.params;
    if (!(await core.connectSessions.invitation(token))) return sendPage(reply, unknownLinkPage());
    return depart(reply, { core, cookies, token });
  });
}

function reconnectLinks(app: FastifyInstance, core: Core, cookies: BrowserCookies): void {
  app.get<WithToken>('/reconnect/:token', async ({ params }, reply) => {
    const invitation = await core.connectSessions.reconnectInvitation(params.token);
    if (!invitation) return sendPage(reply, unknownLinkPage());
    const { mailbox, workspaceName } = invitation;
    return sendPage(
      reply,
      reconnectPage({ email: mailbox.email, provider: mailbox.provider, workspaceName }),
    );
  });

  app.post<WithToken>('/reconnect/:token', async (request, reply) => {
    requireSameSite(request, core.settings.publicUrl);
    const made = await core.connectSessions.reconnect(request.params.token);
    if (!made) return sendPage(reply, unknownLinkPage());
    return depart(reply, { core, cookies, token: made.url.slice(made.url.lastIndexOf('/') + 1) });
  });
}

function callbacks(app: FastifyInstance, core: Core, cookies: BrowserCookies): void {
  app.get<{ Params: { oauthClientId: string } }>(
    '/oauth/callback/:oauthClientId',
    { exposeHeadRoute: false },
    async (request, reply) => {
      const { oauthClientId } = request.params;
      const parameters = new URL(request.url, core.settings.publicUrl).searchParams;
      const state = parameters.get('state') ?? '';
      const browserToken = cookies.browserToken(request, state) ?? unboundTokenOf(state);
      const arrival = await core.authorization.arrive({
        oauthClientId,
        parameters,
        browserToken: () => browserToken,
      });
      if (arrival.session === null) {
        const { reason } = arrival;
        return sendPage(reply, failedPage(reason, { status: statusOfArrival[reason] }));
      }
      // Away from the address that holds the code, so that it stays out of the history (RFC 9700 section 4.3).
      cookies.keepTicket(reply, { oauthClientId, state, browserToken });
      return reply.redirect(`/connect/result/${referenceOf(state)}`, 303);
    },
  );

  app.get<{ Params: { reference: string } }>('/connect/result/:reference', async (request, reply) => {
    const ticket = cookies.ticket(request, request.params.reference);
    if (!ticket) return sendPage(reply, noResultPage());
    // The callback once more, without its code: it is answered with what came of it the first time.
    const arrival = await core.authorization.arrive({
      oauthClientId: ticket.oauthClientId,
      parameters: new URLSearchParams({ state: ticket.state }),
      browserToken: () => ticket.browserToken,
    });
    if (arrival.session === null) return sendPage(reply, noResultPage());
    const elsewhere = returnUrlOf(arrival);
    return elsewhere === null ? sendPage(reply, resultPage(arrival)) : reply.redirect(elsewhere, 303);
  });
}

async function depart(
  reply: FastifyReply,
  { core, cookies, token }: { core: Core; cookies: BrowserCookies; token: string },
): Promise<FastifyReply> {
  const { authorizationUrl, state, browserToken, expiresAt } = await core.authorization.depart(token);
  const maxAgeSeconds = Math.max(1, Math.ceil((expiresAt - core.now()) / 1000));
  cookies.bind(reply, { state, browserToken, maxAgeSeconds });
  return reply.redirect(authorizationUrl, 303);
}

/** What went wrong, for people; 303 and pages only, never a problem document. */
function pageOf(error: GatewayError, requestId: string): Page {
  switch (error.code) {
    case 'connect_session_over':
      return linkOverPage();
    case 'oauth_client_paused':
    case 'oauth_client_missing':
      return pausedPage();
    case 'permission_denied':
      return foreignPostPage();
    case 'not_found':
    // Text that no link of ours holds.
    case 'invalid_request':
      return unknownLinkPage();
    default:
      return troublePage(error.status, requestId);
  }
}
