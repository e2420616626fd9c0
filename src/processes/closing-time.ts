// How long a process may take to end once its drain is over: what the gateway gives itself, and when whoever watches it
// may take it for stuck. Apart from the gateway, because the first of several processes does not load it.
import type { Config } from '../config.ts';

/** For what a provider has answered to be stored, and records of use to be written, after the last request. */
const afterRequestsSeconds = 10;
/** For the connections to providers and to the database to be closed. */
const afterStoringSeconds = 5;

/**
 * Seconds since the end of the drain. A refresh is over when its lease is, so no request is waited for longer;
 * `stored` is the end of what the gateway waits for, `over` the end of the process, whatever hangs.
 */
export const closingTimes = ({ leaseSeconds }: Pick<Config, 'leaseSeconds'>) => ({
  requests: leaseSeconds,
  stored: leaseSeconds + afterRequestsSeconds,
  over: leaseSeconds + afterRequestsSeconds + afterStoringSeconds,
});
