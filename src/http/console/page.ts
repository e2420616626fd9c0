// The one page of the console, with a nonce of its own in each answer: the style sheets that its components make while it
// runs are let in by it (CSP level 3, section 2.3.1). Scripts come from files of this origin and nowhere else.
import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';

/** Stands in the built page wherever the nonce belongs (`html.cspNonce` of Vite). */
const placeholder = '__CSP_NONCE__';

export type MadePage = { text: string; headers: Record<string, string> };

/** Answers null when there is no page. Reads it again when it was built anew. */
export function createPage(file: string): () => Promise<MadePage | null> {
  let kept: { parts: string[]; changedAt: number } | null = null;

  return async () => {
    const changedAt = (await stat(file).catch(() => null))?.mtimeMs ?? null;
    if (changedAt === null) return null;
    if (kept?.changedAt !== changedAt) {
      kept = { parts: (await readFile(file, 'utf8')).split(placeholder), changedAt };
    }
    const nonce = randomBytes(16).toString('base64');
    return { text: kept.parts.join(nonce), headers: headersFor(nonce) };
  };
}

const headersFor = (nonce: string): Record<string, string> => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  // The nonce is of one answer.
  'cache-control': 'no-store',
});
