// Loads the command line: as JavaScript where it was packed (dist/), as TypeScript in a checkout. Apart from
// mailgrant.cjs, because a very old Node.js cannot even parse `import()`.
'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const parentPollMs = 250;

/**
 * A signal to npx ends npx and its shell, not what these started: a server would live on that nobody sees. Without
 * npx the caller may have left on purpose (nohup, setsid).
 */
function endWithNpx() {
  if (process.env.npm_lifecycle_event !== 'npx') return;
  const parentId = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parentId) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, parentPollMs);
  watch.unref();
}

endWithNpx();
const packed = join(__dirname, '..', 'dist', 'src', 'cli.js');
const checkout = join(__dirname, '..', 'src', 'cli.ts');
import(pathToFileURL(existsSync(checkout) ? checkout : packed).href).catch((error) => {
  process.stderr.write(`${error?.stack || error}\n`);
  process.exitCode = 1;
});
