// Callers that read tokens one after another until they are stopped or cut off, and what each of them was given.
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, type Call, unlessCut } from './calls.ts';
import type { Mailbox } from './world.ts';

export type Reads = {
  /** Tokens by mailbox, in the order of their arrival. */
  received: Map<string, string[]>;
  /** Answers other than 200. */
  refused: { mailbox: Mailbox; answer: Answer }[];
  /** Calls that had no answer. */
  cut(): number;
  stop(): Promise<void>;
};

export type ReadsOptions = {
  callersEach: number;
  body?: Record<string, unknown>;
  /** Each caller reads one token instead of one after another. */
  isOnce?: boolean;
  /** Between two reads of a caller, where it is not the load itself that is tried. 0 when left out. */
  pauseMilliseconds?: number;
};

export const tokenPath = ({ id }: Mailbox): string => `/v1/mailboxes/${id}/token`;

/** The callers of each mailbox are there at every node. */
export function startReads(
  nodes: Call | readonly Call[],
  mailboxes: readonly Mailbox[],
  options: ReadsOptions,
): Reads {
  const received = new Map<string, string[]>(mailboxes.map(({ id }) => [id, []]));
  const refused: Reads['refused'] = [];
  let cut = 0;
  let isStopped = false;
  const calls = typeof nodes === 'function' ? [nodes] : nodes;
  const caller = async (mailbox: Mailbox, call: Call): Promise<void> => {
    while (!isStopped) {
      const answer = await unlessCut(call('POST', tokenPath(mailbox), options.body));
      if (answer === null) {
        cut += 1;
        return;
      }
      if (answer.status === 200) received.get(mailbox.id)?.push(String(answer.body.access_token));
      else refused.push({ mailbox, answer });
      if (options.isOnce === true) return;
      if (options.pauseMilliseconds !== undefined) await delay(options.pauseMilliseconds);
    }
  };
  const callers = mailboxes.flatMap((mailbox) =>
    calls.flatMap((call) => Array.from({ length: options.callersEach }, () => caller(mailbox, call))),
  );
  return {
    received,
    refused,
    cut: () => cut,
    async stop() {
      isStopped = true;
      await Promise.all(callers);
    },
  };
}
