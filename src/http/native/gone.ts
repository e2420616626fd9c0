// Whether somebody still waits for an answer.
import type { FastifyReply } from 'fastify';

/** Aborts when the connection closes; the response knows of that also when the request was read to its end. */
export function gone({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => controller.abort());
  return controller.signal;
}
