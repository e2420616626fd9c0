// Work that a process does once at a time under a name: whoever comes meanwhile joins it. Work that takes too long for
// its callers can let them go and still goes on, so that nobody begins the same again beside it.
import type { InFlight } from './in-flight.ts';

export type Flights<T> = ReturnType<typeof createFlights<T>>;

/** `late`: what callers are told who were let go. */
export function createFlights<T>({ inFlight, late }: { inFlight: InFlight; late: T }) {
  const flights = new Map<string, Promise<T>>();
  return {
    /** The one that is under way. */
    find: (name: string): Promise<T> | undefined => flights.get(name),

    /** Only when there is none. `letGo` gives the callers `late`; the process waits for the work all the same. */
    start(name: string, work: (letGo: () => void) => Promise<T>): Promise<T> {
      const early = Promise.withResolvers<T>();
      const whole = inFlight.track(work(() => early.resolve(late)));
      whole.then(early.resolve, early.reject).finally(() => flights.delete(name));
      flights.set(name, early.promise);
      return early.promise;
    },
  };
}
