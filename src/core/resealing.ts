// The keys that seal: which there are, which processes have them, and the pass that seals everything under the first
// one, so that an older key can go. A key is made known to every process before it is the first of any, and goes only
// when nothing needs it any more: docs/secret-custody.md has the runbook.
import { record } from './audit.ts';
import { GatewayError, notFound } from './errors.ts';
import type { ClaimedResealing, KeyHolder, Ports, Resealing, SealedPosition } from './ports.ts';
import { type Principal, requireScope } from './principal.ts';

export type KeyringStatus = {
  /** Of the process that answers; the first one seals, all of them open. */
  keyIds: readonly string[];
  /** Keys that ever sealed here and were not retired. */
  knownKeyIds: readonly string[];
  /** Processes that were heard of within the last minute and a half. */
  holders: readonly KeyHolder[];
  /** The last pass under the first key; null = there was none. */
  resealing: Resealing | null;
  /** How many values each key seals; null when it was not asked for. */
  values: ReadonlyMap<string, number> | null;
};

export type ResealingUseCases = ReturnType<typeof createResealing>;

/** Rows of one slice. */
const sliceRows = 100;
const countedRows = 2000;
/** A pass whose process went away is gone on with after this long. */
const claimMilliseconds = 10_000;
/** Between slices: other writers get their turn. */
const breathMilliseconds = 20;
const holderMilliseconds = 90_000;
const dayMilliseconds = 24 * 3600 * 1000;
/** The longest that a reconnect link, or an administrator's, can be good. */
const linkDays = 30;

/** At the end of a process. */
const forgettingMilliseconds = 1000;

export function createResealing(ports: Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'writtenKeyIds'>) {
  const { clock, random, log, store } = ports;
  const ownId = random.id();

  const holders = (): Promise<KeyHolder[]> => store.resealing.holders(clock.now() - holderMilliseconds);

  async function count(): Promise<Map<string, number>> {
    const total = new Map<string, number>();
    let position: SealedPosition | null = null;
    do {
      const slice: Awaited<ReturnType<typeof store.resealing.countSlice>> = await store.resealing.countSlice(
        position,
        countedRows,
      );
      for (const [keyId, values] of slice.values) total.set(keyId, (total.get(keyId) ?? 0) + values);
      position = slice.position;
    } while (position !== null);
    return total;
  }

  /**
   * How many values there are, so that those who look on see how far the pass is: heads alone are read, in a small part
   * of the time of the pass. Null = `stopping` came in between, or another process has the pass; it counts anew.
   */
  async function countTotal(
    pass: ClaimedResealing,
    claimedUntil: number,
    stopping: AbortSignal | undefined,
  ): Promise<{ pass: ClaimedResealing; until: number } | null> {
    let until = claimedUntil;
    let total = 0;
    let position: SealedPosition | null = null;
    do {
      const slice: Awaited<ReturnType<typeof store.resealing.countSlice>> = await store.resealing.countSlice(
        position,
        countedRows,
      );
      for (const values of slice.values.values()) total += values;
      position = slice.position;
      const at = clock.now();
      if (stopping?.aborted) {
        await store.resealing.save(until, pass, 0);
        return null;
      }
      if (until - at > claimMilliseconds / 2) continue;
      const next = Math.max(until + 1, at + claimMilliseconds);
      if (!(await store.resealing.save(until, pass, next))) return null;
      until = next;
    } while (position !== null);
    return { pass: { ...pass, total }, until };
  }

  async function requireNoSealing(keyId: string): Promise<void> {
    if (store.resealing.keyIds()[0] === keyId) {
      throw new GatewayError('conflict', `The key ${keyId} seals: another one has to be the first before.`);
    }
    const sealing = (await holders()).filter(({ keyIds }) => keyIds[0] === keyId);
    if (sealing.length > 0) {
      throw new GatewayError(
        'conflict',
        `${sealing.length} running processes still seal with the key ${keyId}: restart them with the new order.`,
      );
    }
  }

  function requireReadOrder(keyId: string): void {
    const [written] = ports.writtenKeyIds?.() ?? [];
    if (written === undefined || written === keyId) return;
    throw new GatewayError(
      'conflict',
      `The first key of the keyring file is ${written}, and this process seals with ${keyId} still: restart every process, then seal again.`,
    );
  }

  /** Links are signed, and nobody knows which are out there. */
  async function requireLinksOver(keyId: string): Promise<void> {
    const [first] = store.resealing.keyIds();
    const since = (await store.resealing.find(first))?.firstStartedAt ?? clock.now();
    const over = since + linkDays * dayMilliseconds;
    if (over <= clock.now()) return;
    throw new GatewayError(
      'conflict',
      `Links that were signed with the key ${keyId} are good until ${new Date(over).toISOString()}. Keep it until then, or end them with \`end_links\`.`,
    );
  }

  return {
    /** Needs `installation:read`. `isCounted`: goes through everything that is sealed, which takes its time. */
    async status(principal: Principal, { isCounted }: { isCounted: boolean }): Promise<KeyringStatus> {
      requireScope(principal, 'installation:read');
      const keyIds = store.resealing.keyIds();
      return {
        keyIds,
        knownKeyIds: await store.resealing.knownKeyIds(),
        holders: await holders(),
        resealing: await store.resealing.find(keyIds[0]),
        values: isCounted ? await count() : null,
      };
    },

    /**
     * Begins to seal everything under this process's first key; whoever does due work and has the same first key goes on
     * with it. Begun again, it goes through everything again. Throws `conflict` while a process lacks the key, or seals
     * with another one: what that seals and signs would not be counted from here on; and when the keyring has another
     * order by now than this process read, whose old first key would come to stay by it.
     */
    async begin(principal: Principal): Promise<Resealing> {
      requireScope(principal, 'installation:update');
      const [keyId] = store.resealing.keyIds();
      requireReadOrder(keyId);
      const running = await holders();
      const lacking = running.filter(({ keyIds }) => !keyIds.includes(keyId));
      if (lacking.length > 0) {
        throw new GatewayError(
          'conflict',
          `${lacking.length} running processes lack the key ${keyId} and could not open what it seals.`,
        );
      }
      const others = running.filter(({ keyIds }) => keyIds[0] !== keyId);
      if (others.length > 0) {
        throw new GatewayError(
          'conflict',
          `${others.length} running processes seal with another key than ${keyId}: restart every process with the same order; one that was killed counts for a minute and a half.`,
        );
      }
      return store.transaction(async (rows) => {
        const begun = await rows.resealing.begin(clock.now());
        const change = { workspaceId: null, action: 'keyring.rotated', objectId: null } as const;
        await record(ports, rows, principal, { ...change, data: { step: 'reseal', key_id: keyId } });
        return begun;
      });
    },

    /** Goes on with the pass until it is over or `stopping` aborts; says how many values it sealed again. */
    async workDue(stopping?: AbortSignal): Promise<number> {
      const now = clock.now();
      let until = now + claimMilliseconds;
      let pass = await store.resealing.claim(now, until);
      let resealed = 0;
      if (pass?.total === null) {
        const counted = await countTotal(pass, until, stopping);
        if (counted === null) return 0;
        ({ pass, until } = counted);
      }
      while (pass !== null) {
        const slice = await store.resealing.resealSlice(pass.position, sliceRows);
        const at = clock.now();
        const isOver = slice.position === null;
        const isLast: boolean = isOver || stopping?.aborted === true;
        resealed += slice.resealed;
        pass = {
          ...pass,
          position: slice.position,
          checked: pass.checked + slice.checked,
          resealed: pass.resealed + slice.resealed,
          unreadable: pass.unreadable + slice.unreadable,
          updatedAt: at,
          finishedAt: isOver ? at : null,
        };
        const next = isLast ? 0 : Math.max(until + 1, at + claimMilliseconds);
        const isSaved = await store.resealing.save(until, pass, next);
        if (!isSaved) log.warn('another process goes on with the pass over sealed values');
        if (isOver) {
          const { keyId, checked, unreadable } = pass;
          log.info('everything was gone through that is sealed', { keyId, checked, unreadable });
        }
        if (!isSaved || isLast) return resealed;
        until = next;
        await clock.sleep(breathMilliseconds, stopping);
      }
      return resealed;
    },

    /**
     * Says that a key may be taken out of every keyring. Throws `not_found` for one that never sealed here, `conflict`
     * while a process seals with it, a value is sealed under it, or a link may be signed with it, unless `endsLinks`.
     */
    async retire(
      principal: Principal,
      { keyId, endsLinks }: { keyId: string; endsLinks: boolean },
    ): Promise<void> {
      requireScope(principal, 'installation:update');
      if (!(await store.resealing.knownKeyIds()).includes(keyId)) throw notFound('key', null);
      await requireNoSealing(keyId);
      const values = (await count()).get(keyId) ?? 0;
      if (values > 0) {
        throw new GatewayError(
          'conflict',
          `${values} values are sealed under the key ${keyId}: seal them again first.`,
        );
      }
      if (!endsLinks) await requireLinksOver(keyId);
      await store.transaction(async (rows) => {
        if (!(await rows.resealing.forgetKey(keyId))) throw notFound('key', null);
        const change = { workspaceId: null, action: 'keyring.rotated', objectId: null } as const;
        const data = { step: 'retire', key_id: keyId, ends_links: endsLinks };
        await record(ports, rows, principal, { ...change, data });
      });
    },

    /** Says which keys this process has; to be called every half minute. */
    async noteHolder(): Promise<number> {
      await store.resealing.noteHolder(ownId, clock.now());
      return 0;
    },

    /**
     * At the end of the process: nobody need wait for it. A database with a long queue is not waited for either; the
     * row says of itself how old it is.
     */
    async forgetHolder(): Promise<void> {
      const over = new AbortController();
      const forgotten = store.resealing
        .forgetHolder(ownId)
        .catch((error: unknown) => log.debug('which keys this process has is still written down', { error }));
      await Promise.race([forgotten, clock.sleep(forgettingMilliseconds, over.signal)]);
      over.abort();
    },
  };
}
