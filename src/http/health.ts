// For load balancers and supervisors: is the process alive, can it serve. Both answer without a key, so they name
// nothing but the reason.
import type { FastifyInstance } from 'fastify';
import type { Core } from '../core/index.ts';
import type { Readiness } from './readiness.ts';

const databaseMilliseconds = 3_000;

type Obstacle = 'starting' | 'draining' | 'database';

const details = {
  starting: 'The process is starting.',
  draining: 'The process is about to end. It still answers; send new requests elsewhere.',
  database: 'The database does not answer.',
} as const satisfies Record<Obstacle, string>;

export function registerHealth(app: FastifyInstance, core: Core, readiness: Readiness): void {
  /** Asks nobody: a restart does not mend a database. */
  app.get('/healthz', async () => ({ status: 'ok' }));

  /** 503 takes this process out of rotation; it does not ask for a restart. */
  app.get('/readyz', async (_request, reply) => {
    const reason = await findObstacle(core, readiness);
    if (reason === null) return { status: 'ok' };
    return reply.code(503).send({ status: 'unavailable', reason, detail: details[reason] });
  });
}

async function findObstacle(core: Core, readiness: Readiness): Promise<Obstacle | null> {
  if (readiness.state !== 'ready') return readiness.state;
  const isAnswered = await answersInTime(core.checkHealth());
  // It may have begun while the database was asked.
  if (readiness.state !== 'ready') return readiness.state;
  return isAnswered ? null : 'database';
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
