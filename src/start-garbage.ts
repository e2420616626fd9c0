// What a start leaves behind, given back to the machine: compiling and building the server makes some 110 MB of garbage
// in a heap that V8 would go on holding. One full collection of about a tenth of a second, a moment after the start,
// before a load balancer has sent much; `gc` can only be had in this way without a flag of the command line.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const afterMilliseconds = 1_000;

/** Ends with the process; nothing waits for it. */
export function giveBackStartGarbage(): void {
  const timer = setTimeout(() => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    setFlagsFromString('--no-expose-gc');
    if (typeof collect !== 'function') return;
    // Of the flavours of a full collection the one that also shrinks the heap.
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  }, afterMilliseconds);
  timer.unref();
}
