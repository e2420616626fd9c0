// A process that may write no further byte (a limit on the size of its files, set and lifted from outside while it
// runs), as a quota has it: the system refuses each write, and SQLite calls that an error of the disk.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { fullDisks } from './full-disks.ts';
import type { GatewayProcess } from './support/gateway-process.ts';

/** Of the largest file, in bytes; the soft limit alone, so that it can be lifted again. */
const limitFiles = ({ pid }: GatewayProcess, limit: number | 'unlimited'): void => {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${limit}:`]);
};

fullDisks({
  name: 'files that cannot grow',
  words: /disk I\/O error/,
  openDisk: ({ dataDir }) => {
    let limited: GatewayProcess | null = null;
    return {
      start: { entry: 'test/chaos/support/gateway-on-full-disk.ts' },
      databasePath: join(dataDir, 'mailgrant.db'),
      fill(gateway) {
        limitFiles(gateway, 1);
        limited = gateway;
      },
      makeRoom(gateway) {
        // The limit ends with its process.
        if (limited === gateway && isAlive(gateway)) limitFiles(gateway, 'unlimited');
        limited = null;
      },
      remove: () => {},
    };
  },
});

function isAlive({ pid }: GatewayProcess): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
