// Loads the command line: as JavaScript where it was packed (dist/), as TypeScript in a checkout. Apart from
// mailgrant.cjs, because a very old Node.js cannot even parse `import()`.
'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const packed = join(__dirname, '..', 'dist', 'src', 'cli.js');
const checkout = join(__dirname, '..', 'src', 'cli.ts');

import(pathToFileURL(existsSync(checkout) ? checkout : packed).href).catch((error) => {
  process.stderr.write(`${error?.stack || error}\n`);
  process.exitCode = 1;
});
