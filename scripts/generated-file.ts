// A generated file: written, or with --check compared, so that it cannot fall behind its source.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The exit code: 1 when --check finds another text in the file. */
export function writeOrCompare(path: string, text: string): number {
  if (process.argv.includes('--check')) {
    if (existsSync(path) && readFileSync(path, 'utf8') === text) return 0;
    console.error(`${path} is not what its source makes of it: run npm run generate`);
    return 1;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return 0;
}
