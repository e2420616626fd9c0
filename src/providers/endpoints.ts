// Reads an operator's endpoint file (test doubles, national clouds, a proxy) over the built-in table. Reports
// every mistake at once; an endpoint receives secrets, so plain http is for loopback only.
import { GatewayError } from '../core/errors.ts';
import type { MailServer } from '../core/ports.ts';
import {
  builtInEndpoints,
  type EndpointTable,
  type GoogleEndpoints,
  type MicrosoftEndpoints,
} from './endpoint-table.ts';

export {
  builtInEndpoints,
  type EndpointTable,
  type GoogleEndpoints,
  type MicrosoftEndpoints,
} from './endpoint-table.ts';

type Mistake = { field: string; message: string };
type Fields = Record<string, unknown>;
/** How one member of an entry is read; null after a noted mistake. */
type Reader<T> = (value: unknown, field: string, mistakes: Mistake[]) => T | null;
type Readers<Entry> = { [Name in keyof Entry]: Reader<Entry[Name]> };

/**
 * The table with the file's entries over the built-in ones. A partial entry is merged over the built-in one
 * of the same cloud; a new cloud must be complete.
 * Throws `invalid_request` whose `extras.fields` lists every mistake.
 */
export const parseEndpointFile = (document: unknown): EndpointTable => {
  const mistakes: Mistake[] = [];
  const replaced: string[] = [];
  const top = readObject(document, '', mistakes) ?? {};
  refuseUnknown(top, ['caFile', 'google', 'microsoft'], '', mistakes);
  const table: EndpointTable = {
    caFile: top.caFile === undefined ? null : readPath(top.caFile, '/caFile', mistakes),
    google: readClouds(top.google, 'google', builtInEndpoints.google, googleReaders, mistakes, replaced),
    microsoft: readClouds(
      top.microsoft,
      'microsoft',
      builtInEndpoints.microsoft,
      microsoftReaders,
      mistakes,
      replaced,
    ),
    replaced,
  };
  if (mistakes.length > 0) {
    const list = mistakes.map(({ field, message }) => `${field || '/'}: ${message}`).join('\n  ');
    throw new GatewayError('invalid_request', `The endpoint file has mistakes:\n  ${list}`, {
      extras: { fields: mistakes },
    });
  }
  return table;
};

/** One line for each replaced entry and what it is now, for the start-up log; empty without a file. */
export const describeReplacements = (table: EndpointTable): string[] => {
  const lines = table.replaced.map((name) => {
    const [provider = '', cloud = '', member = ''] = name.split('.');
    const clouds: Record<string, Fields> = provider === 'google' ? table.google : table.microsoft;
    const value = clouds[cloud]?.[member];
    return `endpoint ${name} is replaced: ${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  if (table.caFile !== null) lines.push(`mail servers may also be certified by ${table.caFile}`);
  return lines;
};

const readClouds = <Entry extends Fields>(
  value: unknown,
  provider: string,
  builtIn: Record<string, Entry>,
  readers: Readers<Entry>,
  mistakes: Mistake[],
  replaced: string[],
): Record<string, Entry> => {
  const clouds: Record<string, Entry> = { ...builtIn };
  if (value === undefined) return clouds;
  for (const [cloud, entry] of Object.entries(readObject(value, `/${provider}`, mistakes) ?? {})) {
    const field = `/${provider}/${cloud}`;
    if (!/^[a-z0-9][a-z0-9-]{0,31}$/.test(cloud)) {
      mistakes.push({ field, message: 'a cloud is named by up to 32 of a-z, 0-9 and -' });
      continue;
    }
    const given = readObject(entry, field, mistakes);
    if (given === null) continue;
    refuseUnknown(given, Object.keys(readers), field, mistakes);
    const base = Object.hasOwn(builtIn, cloud) ? builtIn[cloud] : undefined;
    const complete = readEntry(given, base, readers, field, mistakes);
    if (complete !== null) clouds[cloud] = complete;
    for (const name of Object.keys(readers)) {
      if (given[name] !== undefined) replaced.push(`${provider}.${cloud}.${name}`);
    }
  }
  return clouds;
};

const readEntry = <Entry extends Fields>(
  given: Fields,
  base: Entry | undefined,
  readers: Readers<Entry>,
  field: string,
  mistakes: Mistake[],
): Entry | null => {
  const entry: Partial<Entry> = {};
  if (base !== undefined) Object.assign(entry, base);
  let complete = true;
  for (const name in readers) {
    const value = given[name];
    if (value !== undefined) {
      const read = readers[name](value, `${field}/${name}`, mistakes);
      if (read === null) complete = false;
      else entry[name] = read;
    } else if (base === undefined) {
      complete = false;
      mistakes.push({ field: `${field}/${name}`, message: 'is missing; a new cloud must be complete' });
    }
  }
  return complete && isComplete(entry, readers) ? entry : null;
};

const isComplete = <Entry extends Fields>(entry: Partial<Entry>, readers: Readers<Entry>): entry is Entry =>
  Object.keys(readers).every((name) => entry[name] !== undefined);

// ---------------------------------------------------------------------------------------------------------
// Readers of single members

const readObject = (value: unknown, field: string, mistakes: Mistake[]): Fields | null => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value));
  }
  mistakes.push({ field, message: 'must be an object' });
  return null;
};

const refuseUnknown = (given: Fields, known: readonly string[], field: string, mistakes: Mistake[]): void => {
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) mistakes.push({ field: `${field}/${name}`, message: 'is unknown' });
  }
};

const readPath: Reader<string> = (value, field, mistakes) => {
  if (typeof value === 'string' && /^(\/|[A-Za-z]:[\\/])/.test(value)) return value;
  mistakes.push({ field, message: 'must be an absolute path' });
  return null;
};

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

/** `placeholder` must stand in the text exactly once; null forbids any. A trailing slash is dropped. */
const urlReader =
  (placeholder: '{tenant}' | '{tenantid}' | null = null): Reader<string> =>
  (value, field, mistakes) => {
    const refuse = (message: string): null => {
      mistakes.push({ field, message });
      return null;
    };
    if (typeof value !== 'string') return refuse('must be a URL');
    const filled = placeholder === null ? value : value.replace(placeholder, 'common');
    if (placeholder !== null && filled === value) return refuse(`must contain ${placeholder}`);
    if (/[{}]/.test(filled)) return refuse('contains a placeholder that is not known here');
    const url = URL.parse(filled);
    if (url === null) return refuse('is not a URL');
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('must be an https URL');
    if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      return refuse('must be an https URL; http is for loopback only');
    }
    if (url.username !== '' || url.password !== '') return refuse('must not contain credentials');
    if (url.search !== '' || url.hash !== '') return refuse('must have neither query nor fragment');
    if (url.port === '0') return refuse('has a port out of range');
    return value.replace(/\/+$/, '');
  };

const listOf =
  (reader: Reader<string>): Reader<string[]> =>
  (value, field, mistakes) => {
    if (!Array.isArray(value) || value.length === 0) {
      mistakes.push({ field, message: 'must be a list with at least one URL' });
      return null;
    }
    const read = value.map((one, index) => reader(one, `${field}/${index}`, mistakes));
    const good = read.filter((one) => one !== null);
    return good.length === read.length ? good : null;
  };

const readMailServer: Reader<MailServer> = (value, field, mistakes) => {
  const given = readObject(value, field, mistakes);
  if (given === null) return null;
  const before = mistakes.length;
  refuseUnknown(given, ['host', 'port', 'tls'], field, mistakes);
  const { host, port, tls } = given;
  const hostIsGood = typeof host === 'string' && /^[A-Za-z0-9._:-]{1,253}$/.test(host);
  if (!hostIsGood) mistakes.push({ field: `${field}/host`, message: 'must be a host name or an address' });
  const portIsGood = typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;
  if (!portIsGood) mistakes.push({ field: `${field}/port`, message: 'must be from 1 to 65535' });
  const tlsIsGood = tls === 'implicit' || tls === 'starttls';
  if (!tlsIsGood) mistakes.push({ field: `${field}/tls`, message: 'must be "implicit" or "starttls"' });
  if (!hostIsGood || !portIsGood || !tlsIsGood || mistakes.length > before) return null;
  return { host, port, tls };
};

const googleReaders: Readers<GoogleEndpoints> = {
  issuers: listOf(urlReader()),
  authorization: urlReader(),
  token: urlReader(),
  keys: urlReader(),
  revocation: urlReader(),
  userinfo: urlReader(),
  imap: readMailServer,
  smtp: readMailServer,
  gmailApi: urlReader(),
};

const microsoftReaders: Readers<MicrosoftEndpoints> = {
  issuers: listOf(urlReader('{tenantid}')),
  authorization: urlReader('{tenant}'),
  token: urlReader('{tenant}'),
  adminConsent: urlReader('{tenant}'),
  keys: urlReader(),
  userinfo: urlReader(),
  outlookResource: urlReader(),
  graphResource: urlReader(),
  imap: readMailServer,
  smtp: readMailServer,
  graph: urlReader(),
};
