// How much of its provider a process may use: calls under way for each provider, host and OAuth client, and calls begun
// in a second for each OAuth client. Who finds no room waits in line. Those for whom somebody waits go before our own
// work, which has a share alone; of several OAuth clients in line each gets its turn. Knows nothing of what a call is.
import { createBoundedMemory } from './bounded-memory.ts';
import type { Clock } from './ports.ts';

/** All of them of one process. */
export type CallBudgetSettings = {
  providerCallsMax: number;
  hostCallsMax: number;
  clientCallsMax: number;
  clientStartsSecondMax: number;
  /** Calls that may wait for room. */
  providerCallsWaitingMax: number;
};

/** `read` = somebody waits for it; `own` = keep-alive, warming, verification. */
export type CallPurpose = 'read' | 'own';

export type BudgetedCall = { provider: string; host: string; client: string; purpose: CallPurpose };

/** One of them is to be called, once: `leave` when the call is over, `giveBack` when none was made. */
export type Place = { leave(): void; giveBack(): void };

type Waiting = { call: BudgetedCall; begin: (place: Place | null) => void };
/** Tokens at a moment; a second's worth at most. */
type Bucket = { tokens: number; at: number };
type Count = Record<CallPurpose, number>;

/** The longest that a call waits for room. */
export const waitSecondsMax = 10;
/** What our own work may use of each budget, and one OAuth client of the room to wait in. */
const share = 0.5;
const bucketsMax = 20_000;
const bucketBytes = 200;

/** At least one, so that nothing stands still. */
const shareOf = (max: number): number => Math.max(1, Math.floor(max * share));

export const ownCallsMax = (settings: CallBudgetSettings): number => shareOf(settings.providerCallsMax);

export type CallBudgets = ReturnType<typeof createCallBudgets>;

export function createCallBudgets({ clock, settings }: { clock: Clock; settings: CallBudgetSettings }) {
  const counts = new Map<string, Count>();
  const buckets = createBoundedMemory<Bucket>({ entriesMax: bucketsMax, bytesMax: bucketsMax * bucketBytes });
  /** By purpose, provider and OAuth client; in the order of their turns. */
  const lines: Record<CallPurpose, Map<string, Map<string, Waiting[]>>> = { read: new Map(), own: new Map() };
  const waiting: Count = { read: 0, own: 0 };
  let wakeAt = Number.POSITIVE_INFINITY;

  const budgetsOf = ({ provider, host, client }: BudgetedCall): [name: string, max: number][] => [
    [`provider ${provider}`, settings.providerCallsMax],
    [`host ${host}`, settings.hostCallsMax],
    [`client ${client}`, settings.clientCallsMax],
  ];

  function hasRoom(name: string, max: number, purpose: CallPurpose): boolean {
    const count = counts.get(name);
    if (!count) return true;
    if (count.read + count.own >= max) return false;
    return purpose === 'read' || count.own < shareOf(max);
  }

  function bucketOf(client: string): Bucket {
    const now = clock.now();
    const perSecond = settings.clientStartsSecondMax;
    const known = buckets.find(client);
    if (!known) {
      const bucket = { tokens: perSecond, at: now };
      buckets.set(client, bucket, bucketBytes);
      return bucket;
    }
    // A clock that was put back gives nothing.
    known.tokens = Math.min(perSecond, known.tokens + (Math.max(0, now - known.at) * perSecond) / 1000);
    known.at = now;
    return known;
  }

  /** Milliseconds until the client may begin one more call; 0 = now. Our own work leaves readers their share. */
  function pauseOf({ client, purpose }: BudgetedCall): number {
    const perSecond = settings.clientStartsSecondMax;
    const needed = purpose === 'read' ? 1 : 1 + perSecond - shareOf(perSecond);
    const lacking = Math.min(needed, perSecond) - bucketOf(client).tokens;
    return lacking <= 0 ? 0 : Math.ceil((lacking * 1000) / perSecond);
  }

  /** Null when there is no room; then `wakeIn` has seen to it that a pause does not go unnoticed. */
  function begin(call: BudgetedCall): Place | null {
    const budgets = budgetsOf(call);
    if (!budgets.every(([name, max]) => hasRoom(name, max, call.purpose))) return null;
    const pause = pauseOf(call);
    if (pause > 0) {
      wakeIn(pause);
      return null;
    }
    bucketOf(call.client).tokens -= 1;
    for (const [name] of budgets) {
      const count = counts.get(name) ?? { read: 0, own: 0 };
      count[call.purpose] += 1;
      counts.set(name, count);
    }
    let isOver = false;
    const end = (isMade: boolean): void => {
      if (isOver) return;
      isOver = true;
      if (!isMade) bucketOf(call.client).tokens += 1;
      for (const [name] of budgets) free(name, call.purpose);
      serve();
    };
    return { leave: () => end(true), giveBack: () => end(false) };
  }

  function free(name: string, purpose: CallPurpose): void {
    const count = counts.get(name);
    if (!count) return;
    count[purpose] -= 1;
    if (count.read + count.own === 0) counts.delete(name);
  }

  function wakeIn(milliseconds: number): void {
    const at = clock.now() + milliseconds;
    if (at >= wakeAt) return;
    wakeAt = at;
    void clock.sleep(milliseconds).then(() => {
      if (wakeAt === at) wakeAt = Number.POSITIVE_INFINITY;
      serve();
    });
  }

  /** Begins whatever has room now: readers before our own work. */
  function serve(): void {
    for (const purpose of ['read', 'own'] as const) {
      for (const [provider, clients] of lines[purpose]) {
        while (serveOne(provider, clients, purpose));
      }
    }
  }

  /** Whose turn it is among a provider's OAuth clients, if it has room; it goes to the end of the line. */
  function serveOne(provider: string, clients: Map<string, Waiting[]>, purpose: CallPurpose): boolean {
    if (!hasRoom(`provider ${provider}`, settings.providerCallsMax, purpose)) return false;
    for (const [client, line] of clients) {
      const [first] = line;
      const place = first && begin(first.call);
      if (!first || !place) continue;
      leaveLine(first);
      if (line.length > 0) {
        clients.delete(client);
        clients.set(client, line);
      }
      first.begin(place);
      return true;
    }
    return false;
  }

  function lineOf({ purpose, provider, client }: BudgetedCall): Waiting[] {
    const clients = lines[purpose].get(provider) ?? new Map<string, Waiting[]>();
    lines[purpose].set(provider, clients);
    const line = clients.get(client) ?? [];
    clients.set(client, line);
    return line;
  }

  function leaveLine(one: Waiting): boolean {
    const { purpose, provider, client } = one.call;
    const clients = lines[purpose].get(provider);
    const line = clients?.get(client);
    const index = line?.indexOf(one) ?? -1;
    if (!clients || !line || index < 0) return false;
    line.splice(index, 1);
    waiting[purpose] -= 1;
    if (line.length === 0) clients.delete(client);
    if (clients.size === 0) lines[purpose].delete(provider);
    return true;
  }

  function isFull({ purpose, provider, client }: BudgetedCall): boolean {
    const max = settings.providerCallsWaitingMax;
    const ofClient = lines[purpose].get(provider)?.get(client)?.length ?? 0;
    return (
      waiting.read + waiting.own >= max ||
      ofClient >= shareOf(max) ||
      (purpose === 'own' && waiting.own >= shareOf(max))
    );
  }

  function wait(call: BudgetedCall, milliseconds: number): Promise<Place | null> {
    return new Promise((resolve) => {
      const served = new AbortController();
      const one: Waiting = {
        call,
        begin: (place) => {
          served.abort();
          resolve(place);
        },
      };
      lineOf(call).push(one);
      waiting[call.purpose] += 1;
      void clock.sleep(milliseconds, served.signal).then(() => {
        if (leaveLine(one)) resolve(null);
      });
    });
  }

  return {
    /** At once where there is room, else in turn; null when there is none by `deadline`, or nobody more may wait. */
    async enter(call: BudgetedCall, deadline: number): Promise<Place | null> {
      // Whoever waits already for the same goes first.
      const isFirst = !lines[call.purpose].get(call.provider)?.has(call.client);
      const place = isFirst ? begin(call) : null;
      if (place) return place;
      const milliseconds = Math.min(deadline - clock.now(), waitSecondsMax * 1000);
      return milliseconds <= 0 || isFull(call) ? null : wait(call, milliseconds);
    },

    /** Calls of this process by provider: under way, and waiting for room. */
    figures(): Record<'underWay' | 'waiting', Record<string, number>> {
      const prefix = 'provider ';
      const underWay = [...counts].flatMap(([name, { read, own }]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), read + own] as const] : [],
      );
      const inLine: Record<string, number> = {};
      for (const clients of [...lines.read, ...lines.own]) {
        const [provider, ofClients] = clients;
        for (const line of ofClients.values()) inLine[provider] = (inLine[provider] ?? 0) + line.length;
      }
      return { underWay: Object.fromEntries(underWay), waiting: inLine };
    },

    /** For tests and for who looks after the process. */
    size: () => ({ underWay: counts.size, waiting: waiting.read + waiting.own }),
  };
}
