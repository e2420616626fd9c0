// Bodies: JSON whatever the type says, or nothing at all. Programs send `Content-Type: application/json` with an
// empty body, and DELETE with one.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SmartleadError } from './errors.ts';

export function acceptBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: FastifyRequest, text: string) =>
    text.trim() === '' ? {} : parse(text),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SmartleadError(400, 'Body is not valid JSON', { cause });
  }
}
