// What is shown of an OAuth exchange: everything, secrets by their first characters and length.
import { memberOf } from './report.ts';

const secretNames: ReadonlySet<string> = new Set([
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
  'device_code',
  'access_token',
  'refresh_token',
  'id_token',
  'authorization',
]);

/** Enough to tell tokens of one kind from another: `ya29`, `1//0`, `eyJ0`. */
const shownCharacters = 4;

/** The same shape, with secrets masked unless they are to be shown. */
export function masked(value: unknown, showSecrets: boolean): unknown {
  if (showSecrets || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => masked(one, showSecrets));
  return Object.fromEntries(
    Object.keys(value).map((name) => {
      const member = memberOf(value, name);
      const isSecret = secretNames.has(name.toLowerCase()) && typeof member === 'string';
      return [name, isSecret ? maskedText(member) : masked(member, showSecrets)];
    }),
  );
}

/** A short secret shows nothing of itself. */
export const maskedText = (text: string): string =>
  text.length < 16
    ? `[${text.length} characters]`
    : `${text.slice(0, shownCharacters)}… [${text.length} characters]`;
