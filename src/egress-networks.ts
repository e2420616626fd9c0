// How the operator writes networks: an address and the length of its prefix (RFC 4632, RFC 4291 section 2.3).
import { isIP } from 'node:net';

/** Null for a text that is no network, as `10.0.0.0/8`, `fd00::/8` or a single address. */
export const parseNetwork = (text: string): { address: string; prefix: number; family: 4 | 6 } | null => {
  const [address = '', length, ...more] = text.split('/');
  const family = isIP(address);
  if (more.length > 0 || (family !== 4 && family !== 6)) return null;
  const most = family === 4 ? 32 : 128;
  const prefix = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : most + 1;
  return prefix <= most ? { address, prefix, family } : null;
};
