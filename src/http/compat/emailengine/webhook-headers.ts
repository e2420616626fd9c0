// Headers that a program wants with its webhooks: which ones it may choose. They end sealed in the core; what is shown
// has names only.
import type { VendorHeader } from '../../../core/index.ts';
import { badField } from './errors.ts';

/** What the connection and the body need, and what says who sent it. */
const reserved: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-type',
  'date',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
]);
const bytesMax = 16 * 1024;

type Entered = readonly { key: string; value?: string }[];

/** Throws 400 for names that are this server's, values that no header can have, and too many of them. */
export function checkedHeaders(entered: Entered): VendorHeader[] {
  const headers = entered.map(({ key, value = '' }) => ({ key, value }));
  for (const { key, value } of headers) {
    const name = key.toLowerCase();
    const isName = /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name);
    if (!isName || reserved.has(name) || name.startsWith('x-ee-')) {
      throw badField('webhooksCustomHeaders.key', 'is not a header that can be chosen');
    }
    if (!/^[\x20-\x7e]*$/.test(value)) {
      throw badField('webhooksCustomHeaders.value', 'must be printable ASCII characters');
    }
  }
  const bytes = headers.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  if (bytes > bytesMax) throw badField('webhooksCustomHeaders', `must be smaller than ${bytesMax} bytes`);
  return headers;
}
