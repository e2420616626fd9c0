// What stands in the console's place before it is built.
import type { FastifyReply } from 'fastify';
import { html } from '../html.ts';
import { sendPage } from '../page.ts';

export const sendUnbuiltPage = (reply: FastifyReply): FastifyReply =>
  sendPage(reply, {
    status: 503,
    title: 'The console is not built yet',
    tone: 'bad',
    content: html`
<p>In the folder of this installation, run</p>
<p><code>npm run build:console</code></p>
<p>and load this page again. <code>npm start</code> does it by itself. Everything else works without it.</p>`,
  });
