// The console: pages for whoever runs this server or a workspace of it. They are built from web/ and use the native API
// like any other program; what is here serves their files, and lets people in by the operator's sign-in server.
import fastifyStatic from '@fastify/static';
import type { Surface } from '../surface.ts';
import { pageFiles } from './page-files.ts';
import { people } from './people.ts';

/** `folder`: what `npm run build:console` has made. */
export const consolePages = (folder: string): Surface => ({
  name: 'console',
  async register(app, { core, log }) {
    await app.register(fastifyStatic, {
      root: folder,
      // The routes are ours; the plugin sends files.
      serve: false,
      preCompressed: true,
      cacheControl: false,
      index: false,
      dotfiles: 'ignore',
    });
    people(app, core, log);
    pageFiles(app, folder);
  },
});
