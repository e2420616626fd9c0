// What a surface is to the server: a name and the routes that it registers in a scope of its own.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Core, Log } from '../core/index.ts';
import type { RequestMeasures } from './request-measures.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Stands before the router: answers what it can answer at once, and hands everything else on to `router` as it came.
 * What it answers, the route behind it would answer in the same bytes.
 */
export type Door = (core: Core, router: RequestHandler, measures: RequestMeasures) => RequestHandler;

/** `register` gets an encapsulated instance: its hooks, parsers and handlers end with the surface. */
export type Surface = {
  name: string;
  register(app: FastifyInstance, options: { core: Core; log: Log }): Promise<void>;
  door?: Door;
};
