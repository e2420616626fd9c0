// `mailgrant health`: whether a gateway answers and is ready, for probes of containers and service managers. Needs no
// key and opens no database.
import { loadCommandSettings, loadProbeUrl } from '../config.ts';
import { createEgress } from '../egress.ts';
import { type Command, exitCodes } from './command.ts';
import { say, sayJson } from './output.ts';
import { baseUrlOf, Unreachable } from './place.ts';

/** A probe that takes longer is one that failed. Milliseconds. */
const totalTimeout = 5000;

export const command: Command = {
  verbs: {
    '': {
      summary: 'ask a gateway whether it is ready: code 0, or 1 when it says no, 69 when it does not answer',
      options: {
        url: {
          value: 'URL',
          help: 'where it runs; without it, MAILGRANT_URL, else host and port of the settings',
        },
      },
      async run(input) {
        const named = input.text('url') ?? loadCommandSettings().url;
        // No key is sent, so that an address of this machine will do.
        const base = named === null ? loadProbeUrl() : baseUrlOf(named);
        const egress = createEgress({ totalTimeout, headersTimeout: totalTimeout });
        try {
          const { status } = await egress.fetch(`${base}/readyz`, { method: 'GET', headers: {}, body: null });
          if (input.flag('json')) sayJson({ ready: status === 200, status });
          else say(status === 200 ? 'ready' : `not ready (${status})`);
          return status === 200 ? exitCodes.done : exitCodes.failed;
        } catch (cause) {
          const reason = cause instanceof Error ? cause.message : String(cause);
          throw new Unreachable(`${base} does not answer: ${reason}`, { cause });
        } finally {
          await egress.close();
        }
      },
    },
  },
};
