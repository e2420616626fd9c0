// The pages that people see: mailbox owners, administrators, customers, and whoever looks into a mailbox's trouble; and
// the callback from the provider. Each family of pages has a file of its own.
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import { logFailure, toGatewayError } from '../problem.ts';
import type { Surface } from '../surface.ts';
import { administrators } from './administrators.ts';
import { callbacks, results } from './callbacks.ts';
import { customers } from './customers.ts';
import { diagnoses } from './diagnoses.ts';
import { pageOf } from './failures.ts';
import { links } from './links.ts';
import { unknownLinkPage } from './notices.ts';
import { reconnects } from './reconnects.ts';
import { createSite } from './site.ts';

const families = [links, reconnects, callbacks, results, administrators, customers, diagnoses];

const paths = [
  '/connect/*',
  '/reconnect/*',
  '/oauth/callback/*',
  '/admin-consent/*',
  '/customers/*',
  '/diagnosis/*',
];

export const connectPages: Surface = {
  name: 'connect',
  async register(app, { core, log }) {
    await app.register(cookie);
    await app.register(formbody);
    const site = createSite(core);
    app.setErrorHandler((error, request, reply) => {
      const known = toGatewayError(error);
      logFailure(log, request, known);
      const { retryAfterSeconds } = known.extras;
      if (retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(retryAfterSeconds)));
      return site.send(request, reply, pageOf(known, request.id));
    });
    for (const family of families) family(app, site);
    // A link that was cut or prolonged on its way is answered for people too.
    for (const path of paths) {
      app.get(path, async (request, reply) => site.send(request, reply, unknownLinkPage()));
    }
  },
};
