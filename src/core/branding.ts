// How the pages of a workspace look to its customers and their mailbox owners: name, logo, colour, host. A page that
// has them shows no word about the server behind it.
import { invalidField } from './errors.ts';

export type Logo = { mediaType: LogoMediaType; base64: string };

/** No SVG: it can hold script. */
export type LogoMediaType = 'image/png' | 'image/jpeg' | 'image/webp';

export type Branding = {
  /** In place of the workspace's own name. */
  displayName: string | null;
  logo: Logo | null;
  /** `#rrggbb`, of buttons. */
  accentColor: string | null;
  /** `https://connect.example.com`: where the pages and callbacks of the workspace's own OAuth clients are. */
  origin: string | null;
  /** Where people find help: https or mailto. */
  supportUrl: string | null;
  privacyUrl: string | null;
};

export const noBranding: Branding = {
  displayName: null,
  logo: null,
  accentColor: null,
  origin: null,
  supportUrl: null,
  privacyUrl: null,
};

/** True for a workspace that shows itself under its own brand. */
export const isBranded = (branding: Branding): boolean =>
  branding.displayName !== null || branding.logo !== null || branding.origin !== null;

const logoBytesMax = 32 * 1024;

/** First bytes of each kind; WebP has its name four bytes after `RIFF`. */
const signatures: Record<LogoMediaType, (bytes: Buffer) => boolean> = {
  'image/png': (bytes) => bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')),
  'image/jpeg': (bytes) => bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')),
  'image/webp': (bytes) =>
    bytes.subarray(0, 4).toString('latin1') === 'RIFF' && bytes.subarray(8, 12).toString('latin1') === 'WEBP',
};

/** Throws `invalid_request` that names the field, below `field`. */
export function checkBranding(changes: Partial<Branding>, field: string): Partial<Branding> {
  const { displayName, logo, accentColor, origin, supportUrl, privacyUrl } = changes;
  if (displayName?.trim() === '') throw invalidField(`${field}/display_name`, 'must not be blank');
  if (logo) checkLogo(logo, `${field}/logo`);
  if (accentColor && !/^#[0-9a-f]{6}$/i.test(accentColor)) {
    throw invalidField(`${field}/accent_color`, 'must look like #0b57a4');
  }
  if (supportUrl) checkLink(supportUrl, ['https:', 'mailto:'], `${field}/support_url`);
  if (privacyUrl) checkLink(privacyUrl, ['https:'], `${field}/privacy_url`);
  return origin ? { ...changes, origin: checkOrigin(origin, `${field}/origin`) } : changes;
}

function checkLogo({ mediaType, base64 }: Logo, field: string): void {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > logoBytesMax) throw invalidField(field, `must be at most ${logoBytesMax / 1024} KiB`);
  if (bytes.length === 0 || bytes.toString('base64') !== base64) throw invalidField(field, 'must be base64');
  if (!signatures[mediaType](bytes)) throw invalidField(field, `is not ${mediaType}`);
}

function checkLink(text: string, protocols: readonly string[], field: string): void {
  const protocol = URL.canParse(text) ? new URL(text).protocol : null;
  if (protocol === null || !protocols.includes(protocol)) {
    throw invalidField(field, `must begin with ${protocols.join(' or ')}`);
  }
}

/** Browsers take the cookie that binds them over https only, except on the loopback interface. */
function checkOrigin(text: string, field: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin = url !== null && url.pathname === '/' && !url.search && !url.hash && !url.username;
  if (!isOrigin) throw invalidField(field, 'must be an origin like https://connect.example.com');
  const { hostname, protocol } = url;
  const isLoopback = hostname === '127.0.0.1' || hostname === 'localhost' || hostname.endsWith('.localhost');
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback)) {
    throw invalidField(field, 'must be https, except on the loopback interface');
  }
  return url.origin;
}
