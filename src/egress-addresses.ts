// Which addresses a URL chosen by a workspace may lead to: public ones, and networks that the operator names (SSRF). The
// filter sits in the look-up that the connection itself uses, so a name cannot change its address between check and use.
import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { EgressError } from './core/ports.ts';
import { parseNetwork } from './egress-networks.ts';

/** Loopback, private, link-local, carrier NAT, multicast, reserved, translation prefixes (RFC 6890). */
const special = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // What a virtual machine of Azure asks about itself, at an address that looks public.
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  special.addSubnet(network, prefix, 'ipv4');
}
/** Global unicast; all of IPv6 outside of it is refused. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  special.addSubnet(network, prefix, 'ipv6');
}

/** Null when the host is a name. Brackets of an IPv6 host are allowed. */
export const isPublicAddress = (host: string): boolean | null => {
  const address = withoutBrackets(host);
  const family = isIP(address);
  if (family === 0) return null;
  if (family === 4) return !special.check(address, 'ipv4');
  return globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
};

const withoutBrackets = (host: string): string => (host.startsWith('[') ? host.slice(1, -1) : host);

/** Whether an address may be called; null when the host is a name. */
export type AddressFilter = (host: string) => boolean | null;

/** Public addresses and those of these networks. Throws for a text that is no network. */
export const createAddressFilter = (networks: readonly string[]): AddressFilter => {
  const allowed = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network === null) throw new Error(`${text} is no network`);
    allowed.addSubnet(network.address, network.prefix, network.family === 4 ? 'ipv4' : 'ipv6');
  }
  return (host) => {
    const isPublic = isPublicAddress(host);
    if (isPublic !== false) return isPublic;
    const address = withoutBrackets(host);
    return allowed.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
  };
};

/** A name with even one address that may not be called is refused whole: such an answer is an attack. */
export const filteredLookup =
  (filter: AddressFilter, resolve: LookupFunction = lookupAll): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '');
      const addresses = Array.isArray(found) ? found : [];
      const [first] = addresses;
      if (first === undefined || addresses.some(({ address }) => filter(address) !== true)) {
        return callback(new EgressError('forbidden', 'The address is not public.'), '');
      }
      if (options.all === true) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };

const lookupAll: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => callback(error, addresses));
};

/** For public addresses only. */
export const publicLookup: LookupFunction = filteredLookup(isPublicAddress);
