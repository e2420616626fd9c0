// The console: pages for whoever runs this server or a workspace of it. They are built from web/ and use the native API
// like any other program; what is here serves their files.
import fastifyStatic from '@fastify/static';
import type { Surface } from '../surface.ts';
import { pageFiles } from './page-files.ts';

/** `folder`: what `npm run build:console` has made. */
export const consolePages = (folder: string): Surface => ({
  name: 'console',
  async register(app) {
    await app.register(fastifyStatic, {
      root: folder,
      // The routes are ours; the plugin sends files.
      serve: false,
      preCompressed: true,
      cacheControl: false,
      index: false,
      dotfiles: 'ignore',
    });
    pageFiles(app, folder);
  },
});
