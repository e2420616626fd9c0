// Look-ups in the DNS, by the resolvers of this machine or by named ones: the adapter of the port `DomainResolver`.
import { Resolver } from 'node:dns/promises';
import type { Ports } from './core/index.ts';

/** One question to one resolver; two tries. */
const queryMilliseconds = 2500;

/** "There is no such name" and "it has no such record"; everything else is no answer. */
const absent = new Set(['ENOTFOUND', 'ENODATA', 'NXDOMAIN', 'NODATA']);

/** `servers`: addresses with an optional port, as `192.0.2.1` or `[2001:db8::1]:53`; none = the machine's own. */
export function createDomainResolver({ servers }: { servers: readonly string[] }): Ports['domains'] {
  /** A resolver of its own for each question: cancelling ends all of a resolver's questions. */
  async function ask<T>(
    question: (resolver: Resolver) => Promise<T[]>,
    signal: AbortSignal,
  ): Promise<T[] | null> {
    if (signal.aborted) return null;
    const resolver = new Resolver({ timeout: queryMilliseconds, tries: 2 });
    if (servers.length > 0) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await question(resolver);
    } catch (error) {
      return absent.has(codeOf(error)) ? [] : null;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  return {
    mx: (domain, signal) =>
      ask(async (resolver) => (await resolver.resolveMx(domain)).map(({ exchange }) => exchange), signal),
    txt: (name, signal) =>
      ask(async (resolver) => (await resolver.resolveTxt(name)).map((parts) => parts.join('')), signal),
  };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
