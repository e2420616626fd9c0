// A workspace that shows itself under its own name and host, for the tests of the pages.
import assert from 'node:assert/strict';
import { crc32, deflateSync } from 'node:zlib';
import type { SandboxProvider } from '../../../sandbox/index.ts';
import type { Call } from '../../support/installation.ts';
import type { Stage } from './stage.ts';

export type BrandedWorkspace = { id: string; origin: string; host: string; call: Call };

/** Chromium finds every name below localhost on this machine by itself. */
export async function addBrandedWorkspace(
  stage: Stage,
  { hostname, accentColor }: { hostname: string; accentColor: string },
): Promise<BrandedWorkspace> {
  const { id } = await stage.addWorkspace('Internal name');
  const call = stage.callAs(await stage.issueKey(['all'], null));
  const origin = `http://${hostname}:${new URL(stage.address).port}`;
  const callIn: Call = (method, path, body, headers = {}) =>
    call(method, path, body, { ...headers, 'mailgrant-workspace': id });
  const branding = {
    display_name: 'Acme Mail',
    accent_color: accentColor,
    origin,
    logo: { media_type: 'image/png', data: plainPng(160, 40, [11, 122, 90]).toString('base64') },
    support_url: 'mailto:help@acme.test',
    privacy_url: 'https://acme.test/privacy',
  };
  const { status, text } = await callIn('PATCH', '/v1/settings', { branding });
  assert.equal(status, 200, text);
  return { id, origin, host: new URL(origin).host, call: callIn };
}

/** An OAuth client of the workspace's own, its redirect URI registered at the provider's stand-in. */
export async function addOwnClient(
  { sandbox }: Stage,
  call: Call,
  provider: SandboxProvider,
  members: Record<string, unknown> = {},
): Promise<string> {
  const { clientId, clientSecret } = sandbox[provider].clients.confidential;
  const { status, body, text } = await call('POST', '/v1/oauth-clients', {
    provider,
    name: `Own ${provider}`,
    client_id: clientId,
    client_secret: clientSecret,
    ...members,
  });
  assert.equal(status, 201, text);
  sandbox[provider].addRedirectUri(String(body.redirect_uri));
  return String(body.id);
}

function plainPng(width: number, height: number, color: [number, number, number]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a channel, red, green and blue (PNG 3, section 11.2.1).
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), ...Array.from({ length: width }, () => Buffer.from(color))]);
  const rows = Buffer.concat(Array.from({ length: height }, () => row));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  const empty = Buffer.alloc(0);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', empty),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
