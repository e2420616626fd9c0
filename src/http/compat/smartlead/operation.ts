// One operation of this surface: its method and path below the family's prefix, and what it does with a call whose
// caller is known. Registers each with and without a trailing slash: a redirect would lose the body.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core, Log, Principal } from '../../../core/index.ts';
import { addAuthentication } from './authentication.ts';
import { accountNotFound, SmartleadError } from './errors.ts';
import { type Fields, fieldsOf, idRange } from './fields.ts';

export type Options = { core: Core; log: Log };

export type Call = Options & {
  principal: Principal;
  /** The body's members; none when there was no body. Throws 422 for anything but an object. */
  fields(): Fields;
  /** The mailbox number in the path; throws 404 for what cannot be one. */
  number(): number;
  /** Parameters of the path. */
  params: ReadonlyMap<string, string>;
  /** Parameters of the query, each once; a repeated one counts as its last. */
  query: ReadonlyMap<string, string>;
};

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type Operation = {
  method: Method | readonly Method[];
  /** '' = the family itself; `:id` is a mailbox number. */
  path: string;
  /** What it answers with 200; anything else is thrown. */
  run(call: Call): Promise<unknown>;
};

/** Of a name that Smartlead has and this server does not serve. */
export const unsupported = (method: Operation['method'], path: string): Operation => ({
  method,
  path,
  run: async () => {
    throw new SmartleadError(501, 'This call is not supported by this server');
  },
});

export function addOperations(
  app: FastifyInstance,
  options: Options,
  operations: readonly Operation[],
): void {
  const callers = addAuthentication(options.core);
  const noted = new Set<string>();
  for (const { method, path, run } of operations) {
    for (const url of urlsOf(path)) {
      app.route({
        method: typeof method === 'string' ? method : [...method],
        url,
        onRequest: callers.fromHead,
        preValidation: callers.fromBody,
        handler: async (request) => {
          try {
            return await run(callOf(options, request, callers.of(request)));
          } catch (error) {
            if (error instanceof SmartleadError && error.statusCode === 501)
              noteOnce(request, noted, options.log);
            throw error;
          }
        },
      });
    }
  }
}

function urlsOf(path: string): string[] {
  if (path === '') return ['/'];
  return path.endsWith('*') ? [path] : [path, `${path}/`];
}

/** The path's pattern, never the path: no ids, no query. Once for each in the life of the process. */
function noteOnce(request: FastifyRequest, noted: Set<string>, log: Log): void {
  const path = (request.routeOptions.url ?? '').replace(/\/$/, '');
  const name = `${request.method} ${path}`;
  if (noted.has(name)) return;
  noted.add(name);
  log.warn('a program asked for a call that the smartlead surface does not serve', {
    method: request.method,
    path,
  });
}

const callOf = (options: Options, request: FastifyRequest, principal: Principal): Call => ({
  ...options,
  principal,
  fields: () => fieldsOf(request.body ?? {}),
  number: () => numberOf(textsOf(request.params)),
  params: textsOf(request.params),
  query: textsOf(request.query),
});

function numberOf(params: ReadonlyMap<string, string>): number {
  const text = params.get('id') ?? '';
  const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (number < idRange.min || number > idRange.max) throw accountNotFound();
  return number;
}

function textsOf(value: unknown): Map<string, string> {
  const found = new Map<string, string>();
  if (typeof value !== 'object' || value === null) return found;
  for (const [name, member] of Object.entries(value)) {
    const last: unknown = Array.isArray(member) ? member.at(-1) : member;
    if (typeof last === 'string') found.set(name, last);
  }
  return found;
}
