// The release that runs, as its package says.
import { readFileSync } from 'node:fs';

/** Looks upwards, because a built release has its files one folder deeper or higher. */
export function version(): string {
  for (const place of ['../../package.json', '../../../package.json', '../package.json']) {
    const found = versionIn(new URL(place, import.meta.url));
    if (found !== null) return found;
  }
  return 'unknown';
}

function versionIn(file: URL): string | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return null;
    const name: unknown = Reflect.get(value, 'name');
    const text: unknown = Reflect.get(value, 'version');
    return name === 'mailgrant' && typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}
