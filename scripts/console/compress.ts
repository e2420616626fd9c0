// Files that are sent as they are get smaller copies beside them, made once instead of at each request.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const text = /\.(js|css|svg|json|map|txt)$/;
/** Below this the headers weigh more than what is saved. */
const bytesMin = 1024;

export async function compressFiles(folder: string): Promise<void> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && text.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  // The thread pool bounds how many are compressed at once.
  await Promise.all(files.map(compressFile));
}

async function compressFile(path: string): Promise<void> {
  const content = readFileSync(path);
  if (content.length < bytesMin) return;
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  writeFileSync(`${path}.br`, await promisify(brotliCompress)(content, { params }));
  writeFileSync(`${path}.gz`, await promisify(gzip)(content, { level: 9 }));
}
