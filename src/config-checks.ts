// What single settings must be like, each with the sentence for one that is not: the mistakes of all of them are
// reported together (config.ts). Reads nothing.
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { type Secret, secret } from './core/secret.ts';
import { parseNetwork } from './egress-networks.ts';

export function checkPublicUrl(value: string, mistakes: string[]): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  const isLoopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url?.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    mistakes.push('MAILGRANT_PUBLIC_URL must be an origin like https://connect.example.com');
  } else if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    // Browsers drop the `__Host-` cookie that binds a connect session to its browser.
    mistakes.push('MAILGRANT_PUBLIC_URL must be https, except on the loopback interface');
  }
  return url?.origin ?? '';
}

export function checkDatabaseUrl(value: string, mistakes: string[]): string | null {
  if (value === '') return null;
  if (!/^postgres(ql)?:\/\//.test(value) || !URL.canParse(value)) {
    mistakes.push('MAILGRANT_DATABASE_URL must begin with postgres://');
  }
  return value;
}

export function checkProcesses(value: string, mistakes: string[]): number {
  if (value === 'auto') return availableParallelism();
  if (/^\d{1,3}$/.test(value) && Number(value) >= 1 && Number(value) <= 128) return Number(value);
  mistakes.push('MAILGRANT_PROCESSES (or --processes) must be `auto` or a whole number from 1 to 128');
  return 1;
}

export function checkDnsServers(servers: string[], mistakes: string[]): string[] {
  const isAddress = (text: string): boolean => {
    const host = /^(?:\[(.+)\]|([^:]+))(?::\d{1,5})?$/.exec(text);
    return isIP(text) !== 0 || isIP(host?.[1] ?? host?.[2] ?? '') !== 0;
  };
  const wrong = servers.filter((server) => !isAddress(server));
  if (wrong.length > 0)
    mistakes.push(`MAILGRANT_DNS_SERVERS must be addresses, which these are not: ${wrong.join(', ')}`);
  return servers;
}

export function checkNetworks(networks: string[], mistakes: string[]): string[] {
  const wrong = networks.filter((network) => parseNetwork(network) === null);
  if (wrong.length > 0) {
    mistakes.push(`MAILGRANT_WEBHOOK_NETWORKS must be networks, which these are not: ${wrong.join(', ')}`);
  }
  return wrong.length > 0 ? [] : networks;
}

/** Null = all there are. The names are checked where the surfaces are known: gateway.ts. */
export function surfacesOf(value: string): string[] | null {
  if (value === 'all') return null;
  return value === 'none' ? [] : listOf(value);
}

export function checkBlocks(value: string, mistakes: string[]): number[] {
  const lengths = listOf(value).map((item) => (/^\d{1,7}$/.test(item) ? Number(item) : 0));
  if (lengths.length > 0 && lengths.every((seconds) => seconds >= 1 && seconds <= 2_592_000)) return lengths;
  mistakes.push('MAILGRANT_BLOCK_SECONDS must be whole numbers from 1 to 2592000, separated by commas');
  return [1];
}

/** As a header can carry it, and too long to be guessed. */
export function checkMetricsToken(text: string, mistakes: string[]): Secret<string> | null {
  if (text === '') return null;
  if (!/^[\x21-\x7e]{16,512}$/.test(text)) {
    mistakes.push('MAILGRANT_METRICS_TOKEN must be 16 to 512 visible ASCII characters, without spaces');
  }
  return secret(text);
}

/** What stands between commas, without what is empty. */
export const listOf = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
