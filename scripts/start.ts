// `npm start`: the console is built if it must be, then the gateway serves.
import process from 'node:process';
import { ensureConsole } from './build-console.ts';

await ensureConsole((line) => process.stderr.write(`${line}\n`));
const { serve } = await import('../src/main.ts');
serve(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
