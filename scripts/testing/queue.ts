// Owns the order in which test files run, which decides how long a run takes: files that mostly wait go beside those
// that work, long ones before short ones, and those that share the mail servers one after another.
import type { TestFile } from './test-files.ts';

export type Queue = {
  /** The next file for this lane; undefined when there is none that may run now. */
  take(lane: number): TestFile | undefined;
  /** To be called when a file that was taken has ended. */
  giveBack(file: TestFile): void;
};

/**
 * By folder, what runs longest first, so that no lane is left alone with a long file at the end. A folder that is not
 * named here comes after these.
 */
const longFirst = ['packages', 'web', 'stores', 'e2e', 'sdk', 'surfaces', 'mail', 'field', 'sandbox'];

/**
 * The chaos suite waits for leases, time-outs and the deaths of processes. The first lane plays it from the start, one
 * file after another; the other lanes help only when nothing else is left, for two storms at once try each other's
 * patience.
 */
const isPatient = ({ name }: TestFile): boolean => name.startsWith('test/chaos/');

export function createQueue(files: readonly TestFile[]): Queue {
  const waiting = [...files].sort((a, b) => placeOf(a) - placeOf(b));
  let isMailTaken = false;
  const mayRun = (file: TestFile): boolean => file.needs !== 'mail' || !isMailTaken;
  return {
    take(lane) {
      const isMine = (file: TestFile): boolean => isPatient(file) === (lane === 0);
      const file = waiting.find((each) => mayRun(each) && isMine(each)) ?? waiting.find(mayRun);
      if (file === undefined) return undefined;
      waiting.splice(waiting.indexOf(file), 1);
      if (file.needs === 'mail') isMailTaken = true;
      return file;
    },
    giveBack(file) {
      if (file.needs === 'mail') isMailTaken = false;
    },
  };
}

/** Those that wait for one another start first of all: theirs is the longest way. */
function placeOf({ name, needs }: TestFile): number {
  if (needs === 'mail') return -1;
  const place = longFirst.indexOf(name.split('/')[1] ?? '');
  return place < 0 ? longFirst.length : place;
}
