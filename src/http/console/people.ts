// Signing in to the console by OpenID Connect: to the sign-in server and back. A cookie ties the way to one browser; it
// is `Lax`, because the way back comes from another site.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core, Log } from '../../core/index.ts';
import { consoleCookieName, cookieOf, cookieText, sessionCookie } from '../console-cookie.ts';
import { logFailure, toGatewayError } from '../problem.ts';
import { sendSignInFailure } from './sign-in-failures.ts';

const ticketSeconds = 600;
const home = '/console/';
/** An address of the console, as it stands in a browser. */
const consoleAddress = /^\/console\/[\w\-./~%=&?@+,]{0,1000}$/;

const ticketName = (reference: string): string => `console-sign-in-${reference}`;

export function people(app: FastifyInstance, core: Core, log: Log): void {
  const { publicUrl } = core.settings;

  const ticketCookie = (reference: string, value: string, maxAgeSeconds: number): string =>
    cookieText(value, { name: ticketName(reference), publicUrl, sameSite: 'Lax', maxAgeSeconds });

  const guarded =
    (handle: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      try {
        return await handle(request, reply);
      } catch (error) {
        const known = toGatewayError(error);
        logFailure(log, request, known);
        const seconds = known.extras.retryAfterSeconds;
        if (seconds !== undefined) reply.header('retry-after', String(Math.ceil(seconds)));
        return sendSignInFailure(
          reply,
          known.code === 'rate_limited' ? 'rate_limited' : 'internal',
          known.status,
        );
      }
    };

  app.get(
    '/console/oidc/start',
    guarded(async (request, reply) => {
      const departure = await core.consolePeople.depart(originOf(request));
      if (departure === null) return sendSignInFailure(reply, 'not_set_up');
      if (!departure.ok) return sendSignInFailure(reply, departure.failure.kind);
      const value = `${departure.ticket.reveal()}.${Buffer.from(addressOf(request)).toString('base64url')}`;
      reply.header('set-cookie', ticketCookie(departure.reference, value, ticketSeconds));
      return reply.redirect(departure.url, 303);
    }),
  );

  app.get(
    '/console/oidc/callback',
    guarded(async (request, reply) => {
      const callback = new URL(request.url, publicUrl).searchParams;
      const reference = core.consolePeople.referenceOf(callback.get('state') ?? '');
      const cookie = cookieOf(request.headers, consoleCookieName(publicUrl, ticketName(reference)));
      if (cookie === null) return sendSignInFailure(reply, 'not_this_browser');
      const [ticket = '', to = ''] = cookie.split('.');
      const gone = ticketCookie(reference, '', 0);
      reply.header('set-cookie', gone);
      const result = await core.consolePeople.arrive(ticket, callback, originOf(request));
      if (result === null) return sendSignInFailure(reply, 'not_set_up');
      if (result.outcome !== 'signed_in') return sendSignInFailure(reply, result.outcome);
      const { session, token } = result.begun;
      const seconds = (session.expiresAt - core.now()) / 1000;
      reply.header('set-cookie', sessionCookie(publicUrl, token.reveal(), seconds));
      return reply.redirect(checked(Buffer.from(to, 'base64url').toString()), 303);
    }),
  );
}

const originOf = ({ id, ip }: FastifyRequest) => ({ requestId: id, address: ip });

/** Where in the console somebody wanted to go. */
const addressOf = ({ url }: FastifyRequest): string =>
  checked(new URL(url, 'http://localhost').searchParams.get('to') ?? home);

const checked = (address: string): string => (consoleAddress.test(address) ? address : home);
