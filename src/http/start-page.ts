// The page at `/`: what runs here and where to go on. For whoever opens the address that the start-up printed.
import type { FastifyInstance } from 'fastify';
import { html } from './html.ts';
import { sendPage } from './page.ts';

export function registerStartPage(app: FastifyInstance): void {
  app.get('/', async (_request, reply) =>
    sendPage(reply, {
      status: 200,
      title: 'Mailgrant is running',
      tone: 'plain',
      content: html`
<p>This server connects Gmail and Outlook mailboxes and hands out access tokens for them.</p>
<ul>
<li><a href="/console/">Console</a>, where mailboxes are looked after</li>
<li><a href="/docs/api">API reference</a>, with every call ready to be tried</li>
<li><a href="/v1/openapi.json">OpenAPI document</a></li>
<li><a href="/docs/errors">Error codes</a></li>
<li><a href="/readyz">Is it ready?</a></li>
</ul>
<p>Were you sent a link to connect your mailbox? Open that link; you need not sign in here.</p>`,
    }),
  );
}
