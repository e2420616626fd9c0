// What each line of the log says of the call that it belongs to, however deep it is written: request, trace, job. Kept
// beside the call by AsyncLocalStorage; what is answered before the router (a token from memory) logs nothing and has
// none.
import { AsyncLocalStorage } from 'node:async_hooks';

/** Closed: `requestId` as in the answer's header, `traceId` when the call is traced, `job` of work that falls due. */
export type LogFields = Readonly<{ requestId?: string; traceId?: string; job?: string }>;

const storage = new AsyncLocalStorage<LogFields>();

/** Lines written by `work`, and by whatever it begins, have these fields and no others of an outer call. */
export const withLogFields = <T>(fields: LogFields, work: () => T): T => storage.run(fields, work);

/** Of the call that runs now. */
export const logFields = (): LogFields | undefined => storage.getStore();
