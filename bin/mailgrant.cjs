#!/usr/bin/env node
// The command `mailgrant`: sees whether this Node.js is new enough, then hands over. In words that even Node.js 4
// understands (CommonJS, no dependency), because an old one must be able to say what to do instead.
'use strict';

const leastMajor = 24;

if (parseInt(process.versions.node, 10) < leastMajor) {
  process.stderr.write(
    [
      `Mailgrant needs Node.js ${leastMajor} or newer; this is Node.js ${process.versions.node}.`,
      '',
      `Either install Node.js ${leastMajor} on this machine (https://nodejs.org), or put it beside Mailgrant,`,
      'in the folder where you call it. npx finds that one first:',
      '',
      `  npm install node@${leastMajor}`,
      '  npx mailgrant serve',
      '',
    ].join('\n'),
  );
  process.exitCode = 1;
} else {
  require('./start.cjs');
}
