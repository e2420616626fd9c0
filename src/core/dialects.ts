// What only one dialect knows of a mailbox or an OAuth client: plain members under the name of its surface, merged
// member by member and bounded. What they mean is the surface's own affair.
import { invalidField } from './errors.ts';

/** Under the name of the surface. At most `dialectBytesMax` as JSON each. */
export type Dialects = Record<string, Record<string, unknown>>;

/** UTF-8 bytes of the JSON of one dialect's members. */
export const dialectBytesMax = 16 * 1024;

/** Throws `invalid_request` when a dialect that is written would be too large; one that is only kept is not asked. */
export function mergeDialects(before: Dialects, changes: Dialects): Dialects {
  const merged = overlaid(before, changes);
  for (const name of Object.keys(changes)) {
    if (Buffer.byteLength(JSON.stringify(merged[name])) > dialectBytesMax) {
      throw invalidField(`/dialects/${name}`, `may have at most ${dialectBytesMax} bytes as JSON`);
    }
  }
  return merged;
}

/** The same without the bound, for what is stored already: it must be readable whatever it is. */
export function overlaid(before: Dialects, changes: Dialects): Dialects {
  const merged = { ...before };
  for (const [name, members] of Object.entries(changes)) merged[name] = { ...merged[name], ...members };
  return merged;
}
