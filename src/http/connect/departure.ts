// The step to the provider: the browser gets the cookie that binds it, and goes.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../core/index.ts';
import { bindBrowser } from './browser-cookies.ts';
import type { Site } from './site.ts';

type Departure = Awaited<ReturnType<Core['authorization']['depart']>>;

export async function sendAway(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  site: Site,
  { authorizationUrl, state, browserToken, expiresAt }: Departure,
): Promise<FastifyReply> {
  const { origin } = await site.placeOf(request);
  const maxAgeSeconds = Math.max(1, Math.ceil((expiresAt - site.core.now()) / 1000));
  bindBrowser(reply, origin, { state, browserToken, maxAgeSeconds });
  return reply.redirect(authorizationUrl, 303);
}
