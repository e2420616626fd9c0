// For load balancers and supervisors: is the process alive, can it serve.
import type { FastifyInstance } from 'fastify';
import type { Core } from '../core/index.ts';

const databaseMilliseconds = 3_000;

export function registerHealth(app: FastifyInstance, core: Core): void {
  app.get('/healthz', async () => ({ status: 'ok' }));

  /** 503 takes this process out of rotation; it does not ask for a restart. */
  app.get('/readyz', async (_request, reply) => {
    if (await answersInTime(core.checkHealth())) return { status: 'ok' };
    return reply.code(503).send({ status: 'unavailable' });
  });
}

async function answersInTime(check: Promise<unknown>): Promise<boolean> {
  const answered = check.then(
    () => true,
    () => false,
  );
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), databaseMilliseconds);
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}
