// Between EmailEngine's words and the core's: the settings that are kept, where a browser may be sent. Decides
// nothing else.
import { type AccountChanges, keptNames } from './account-schemas.ts';
import { badField, EmailEngineError } from './errors.ts';

export const surfaceName = 'emailengine';

const settingsBytesMax = 16 * 1024;

/** The settings to keep. Throws 400 when they are more than is kept of one dialect. */
export function checkedSettings(body: AccountChanges): Record<string, unknown> {
  const settings = keptSettings(body);
  if (Buffer.byteLength(JSON.stringify(settings)) > settingsBytesMax) {
    throw new EmailEngineError(400, 'Invalid input', {
      fields: [{ message: `the settings are larger than ${settingsBytesMax} bytes`, key: 'value' }],
    });
  }
  return settings;
}

/** The members that are kept, without what is secret in them: what webhooks need of it the core keeps sealed. */
function keptSettings(body: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const name of keptNames) {
    const value = body[name];
    if (value === undefined) continue;
    kept[name] = withoutSecrets(name, value);
  }
  return kept;
}

function withoutSecrets(name: string, value: unknown): unknown {
  if (name === 'webhooksCustomHeaders' && Array.isArray(value)) {
    return value.map((header: unknown) => ({ key: keyOf(header), value: '******' }));
  }
  if ((name === 'proxy' || name === 'webhooks') && typeof value === 'string' && URL.canParse(value)) {
    const url = new URL(value);
    if (url.username === '' && url.password === '') return value;
    url.username = '';
    url.password = '';
    return url.href;
  }
  return value;
}

const keyOf = (header: unknown): string =>
  typeof header === 'object' && header !== null && 'key' in header ? String(header.key) : '';

/** Only https, or http to the loopback interface: the browser carries the account's id there. */
export function checkRedirectUrl(value: string | undefined): string {
  if (value === undefined || value === '') throw badField('redirectUrl', 'is required');
  const url = URL.canParse(value) ? new URL(value) : null;
  const isLoopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url.href;
  throw badField('redirectUrl', 'must be an https URL, or http on the loopback interface');
}
