// `npm start`: the console is built if it must be, then `mailgrant serve`, which prepares an empty place first.
import process from 'node:process';
import { ensureConsole } from './build-console.ts';

await ensureConsole((line) => process.stderr.write(`${line}\n`));
process.argv.splice(2, 0, 'serve');
await import('../src/cli.ts');
