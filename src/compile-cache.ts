// Where compiled code is kept from one start to the next: in the data directory, which belongs to this installation
// alone. In a folder for everybody, such as /tmp, another user of the machine could lay code out for us to run.
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { dataDirectory } from './config.ts';

/**
 * For code that is loaded after this call. Makes no data directory. Where nothing can be written (a read-only file
 * system), the start is slower and otherwise the same.
 */
export function startCompileCache(): void {
  const directory = dataDirectory();
  if (existsSync(directory)) enableCompileCache(join(directory, 'compile-cache'));
}
