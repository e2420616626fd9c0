// What the endpoint of a vendor's format keeps sealed in place of a key of Standard Webhooks: the signing secret that a
// program chose, headers that it wants, and what it wants to hear of, in its own words. Knows no vendor.
import { type Secret, secret } from '../../secret.ts';

export type VendorKey = {
  /** Null = webhooks are not signed. */
  secret: string | null;
  /** Sent with each webhook. Their values may be credentials. */
  headers: readonly VendorHeader[];
  /** From the user name and password of a URL, as the header `Authorization`. */
  authorization: string | null;
  /** In the vendor's words, also those that are never sent here; null = all. */
  events: readonly string[] | null;
};

export type VendorHeader = { key: string; value: string };

export const emptyVendorKey: VendorKey = { secret: null, headers: [], authorization: null, events: null };

export const sealVendorKey = (key: VendorKey): Secret<string> => secret(JSON.stringify(key));

/** Throws for a text that is no such key; never with the text in the message. */
export function openVendorKey(sealed: Secret<string>): VendorKey {
  const value = parsed(sealed.reveal());
  const headers = member(value, 'headers');
  const events = member(value, 'events');
  if (!Array.isArray(headers)) throw new Error('This is no key of a vendor format.');
  return {
    secret: textOrNull(member(value, 'secret')),
    headers: headers.map((header) => ({
      key: textOrNull(member(header, 'key')) ?? '',
      value: textOrNull(member(header, 'value')) ?? '',
    })),
    authorization: textOrNull(member(value, 'authorization')),
    events: Array.isArray(events) ? events.map(String) : null,
  };
}

/** What goes out in headers and may open something at the receiver: each value whole and without its scheme. */
export function credentialsOf(sealed: Secret<string>): string[] {
  const { headers, authorization } = openVendorKey(sealed);
  const values = [...headers.map(({ value }) => value), ...(authorization === null ? [] : [authorization])];
  return values.flatMap((value) => {
    const [, scheme, rest = ''] = /^(\S+) (.+)$/.exec(value) ?? [];
    if (scheme?.toLowerCase() !== 'basic') return [value, rest];
    const user = Buffer.from(rest, 'base64').toString('utf8');
    return [value, rest, user, user.slice(user.indexOf(':') + 1)];
  });
}

/** Whether the key asks for this word. One that cannot be read asks for all: sending it will tell of the trouble. */
export function wants(sealed: Secret<string>, word: string): boolean {
  try {
    const { events } = openVendorKey(sealed);
    return events === null || events.includes('*') || events.includes(word);
  } catch {
    return true;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
