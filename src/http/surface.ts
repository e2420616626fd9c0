// What a surface is to the server: a name and the routes that it registers in a scope of its own.
import type { FastifyInstance } from 'fastify';
import type { Core, Log } from '../core/index.ts';

/** `register` gets an encapsulated instance: its hooks, parsers and handlers end with the surface. */
export type Surface = {
  name: string;
  register(app: FastifyInstance, options: { core: Core; log: Log }): Promise<void>;
};
