// Which bodies this surface takes. Programs POST with `Content-Type: application/json` and nothing after it,
// with `{}`, with an empty form, or with no body and no type at all; all of that is well.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InstantlyError } from './errors.ts';

export function acceptBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, async ({ headers }: FastifyRequest, text: string) => {
    if (text.trim() === '') return null;
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? 'application/json';
    if (type !== 'application/json') {
      throw new InstantlyError(415, 'Unsupported media type: send application/json');
    }
    return parse(text);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InstantlyError(400, 'Body is not valid JSON');
  }
}
