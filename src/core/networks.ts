// What one subscriber of the Internet holds, by an address as a connection or a proxy names it (RFC 4291, RFC 5952).

/** For whatever is no address: callers who cannot be told apart count as one. */
const unreadable = 'unreadable';

/**
 * An IPv4 address (also when mapped into IPv6), or the first 64 bits of an IPv6 address, within which a caller can
 * change at will (RFC 4291 section 2.5.1). A port, brackets and a zone do not count.
 */
export function networkOf(address: string): string {
  const bare = withoutPort(address.trim()).replace(/%.*$/s, '');
  const ipv4 = octetsOf(bare);
  if (ipv4) return ipv4.join('.');
  const groups = groupsOf(bare);
  if (!groups) return unreadable;
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (isMapped) return groups.slice(6).flatMap(bytesOf).join('.');
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

/** `192.0.2.1:5678` and `[2001:db8::1]:5678`, as some proxies write them. */
function withoutPort(address: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(address)?.[1];
  return bracketed ?? address.replace(/^([^:]*):\d{1,5}$/, '$1');
}

function octetsOf(text: string): number[] | null {
  const parts = text.split('.');
  const isAddress = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part));
  const octets = parts.map(Number);
  return isAddress && octets.every((octet) => octet <= 255) ? octets : null;
}

/** Eight of 16 bits; null for what is no IPv6 address. */
function groupsOf(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [left, right] = [partOf(halves[0] ?? ''), partOf(halves[1] ?? '')];
  if (!left || !right) return null;
  const missing = 8 - left.length - right.length;
  if (halves.length === 1) return missing === 0 ? left : null;
  return missing < 1 ? null : [...left, ...Array<number>(missing).fill(0), ...right];
}

/** The last 32 bits may be written as an IPv4 address. */
function partOf(text: string): number[] | null {
  if (text === '') return [];
  const words = text.split(':');
  const octets = octetsOf(words.at(-1) ?? '');
  const hex = octets ? words.slice(0, -1) : words;
  if (!hex.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return null;
  const [a = 0, b = 0, c = 0, d = 0] = octets ?? [];
  return [...hex.map((word) => Number.parseInt(word, 16)), ...(octets ? [a * 256 + b, c * 256 + d] : [])];
}

const bytesOf = (group: number): number[] => [group >> 8, group & 0xff];
