// Bodies where a schema alone cannot say it: left out where that is allowed, sent where none is taken.
import type { FastifyInstance } from 'fastify';
import { GatewayError } from '../../core/index.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A missing body is taken for `{}`. */
    isBodyOptional?: boolean;
  }
}

export function checkBodies(app: FastifyInstance): void {
  app.addHook('preValidation', (request, _, done) => {
    const { schema, config } = request.routeOptions;
    if (config.isBodyOptional) request.body ??= {};
    const isRefused = schema?.body === undefined && !isEmpty(request.body);
    done(isRefused ? bodyRefused() : undefined);
  });
}

const bodyRefused = (): GatewayError =>
  new GatewayError('invalid_request', 'This route takes no body.', {
    extras: { fields: [{ field: '', message: 'must be left out' }] },
  });

const isEmpty = (body: unknown): boolean =>
  body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0);
