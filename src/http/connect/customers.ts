// The link of a workspace's customer: each choice makes a connect session and leads to its page.
import type { FastifyInstance } from 'fastify';
import { customerPage } from './customer-page.ts';
import { unknownLinkPage } from './notices.ts';
import type { Site } from './site.ts';

type WithToken = { Params: { token: string } };

export function customers(app: FastifyInstance, site: Site): void {
  const { customerPages } = site.core;

  app.get<WithToken>('/customers/:token', async (request, reply) => {
    const { token } = request.params;
    const page = await customerPages.page(token);
    if (!page) return site.send(request, reply, unknownLinkPage());
    site.belongsTo(request, page.workspace);
    if (await site.isSentHome(request, reply, page.origin)) return reply;
    return site.send(request, reply, customerPage(page, `/customers/${encodeURIComponent(token)}`));
  });

  app.post<WithToken & { Body: unknown }>('/customers/:token', async (request, reply) => {
    const { token } = request.params;
    const page = await customerPages.page(token);
    if (!page) return site.send(request, reply, unknownLinkPage());
    site.belongsTo(request, page.workspace);
    await site.requireOwnPost(request, page.origin);
    const provider = fieldOf(request.body, 'provider');
    // Not one of the buttons: back to them.
    const isOffered = page.choices.some((choice) => choice.provider === provider);
    if (!isOffered) return reply.redirect(`/customers/${encodeURIComponent(token)}`, 303);
    const made = await customerPages.choose(token, provider);
    return made ? reply.redirect(made.url, 303) : site.send(request, reply, unknownLinkPage());
  });
}

/** A field of a form; empty when it was not sent, or sent twice. */
function fieldOf(body: unknown, name: string): string {
  const value = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value : '';
}
