// EmailEngine's webhooks: `{serviceUrl, account, date, event, data}` about accounts, signed by the header
// `X-EE-Wh-Signature`. Told is what this server knows; it reads no mail, so nothing about messages occurs, and an
// account is initialized when every transport was proved for the first time. Sources and confidence:
// docs/surfaces/emailengine.md.
import { createHmac } from 'node:crypto';
import type { Format, ToldEvent } from './format.ts';
import { credentialsOf, openVendorKey, wants } from './vendor-key.ts';

/** The words that are ever sent. */
export const emailengineEvents = [
  'accountAdded',
  'accountInitialized',
  'accountDeleted',
  'authenticationSuccess',
  'authenticationError',
  'connectError',
] as const;

type Word = (typeof emailengineEvents)[number] | 'test';

/** With these a mail server or provider refuses the login itself; with others it was not got that far. */
const authenticationReasons: ReadonlySet<unknown> = new Set(['authentication_refused', 'scope_missing']);

export const emailengine: Format = {
  namesMailboxes: true,
  credentials: credentialsOf,

  render(event, key) {
    const told = wordOf(event);
    if (told === null || (told.word !== 'test' && !wants(key, told.word))) return null;
    return bodyOf(event, told);
  },

  further(event, key) {
    const isInitialized = event.data.first_proof === true && wants(key, 'accountInitialized');
    return isInitialized ? [bodyOf(event, { word: 'accountInitialized', data: { initialized: true } })] : [];
  },

  /** The first key is the endpoint's; of an account's own endpoint the second is that of its workspace, which signs. */
  headers({ id, body, secrets }) {
    const [own, ruling] = secrets.map(openVendorKey);
    const signingSecret = ruling?.secret ?? own?.secret ?? null;
    const custom = Object.fromEntries(
      (own?.headers ?? []).map(({ key, value }) => [key.toLowerCase(), value]),
    );
    return {
      ...custom,
      ...(own?.authorization ? { authorization: own.authorization } : {}),
      'content-type': 'application/json',
      'x-ee-wh-event-id': id,
      'x-ee-wh-id': id,
      ...(signingSecret === null
        ? {}
        : { 'x-ee-wh-signature': createHmac('sha256', signingSecret).update(body).digest('base64url') }),
    };
  },
};

type Told = { word: Word; data: Record<string, unknown> };

const bodyOf = (event: ToldEvent, { word, data }: Told): string =>
  JSON.stringify({
    serviceUrl: event.origin,
    account: accountOf(event),
    date: new Date(event.at).toISOString(),
    event: word,
    data: { ...data, ...(event.data.is_test === true ? { isTest: true } : {}) },
  });

function wordOf(event: ToldEvent): Told | null {
  const { type, data, mailbox } = event;
  switch (type) {
    case 'mailbox.connected':
      return { word: 'accountAdded', data: { account: accountOf(event) } };
    case 'mailbox.disconnected':
      return { word: 'accountDeleted', data: { account: accountOf(event) } };
    case 'mailbox.verified':
    case 'mailbox.reconnected':
      return { word: 'authenticationSuccess', data: { user: mailbox?.email ?? null } };
    case 'mailbox.needs_reauthorization':
      return {
        word: 'authenticationError',
        // The name of this one member is read when the link is put in its place (reconnect-links.ts).
        data: { ...troubleOf(data, 'OauthRenewError'), reconnect_url: data.reconnect_url ?? null },
      };
    case 'mailbox.degraded': {
      const code = Reflect.get(Object(data.verdict), 'code');
      const isLogin = authenticationReasons.has(code);
      return {
        word: isLogin ? 'authenticationError' : 'connectError',
        data: troubleOf(data, typeof code === 'string' ? code : null),
      };
    }
    case 'webhook.test':
      return { word: 'test', data: {} };
    default:
      return null;
  }
}

/** As `lastError` of the account has it. */
function troubleOf({ verdict }: ToldEvent['data'], serverResponseCode: string | null) {
  const { sentence = null, remedy = null } = Object(verdict);
  return { response: sentence, description: remedy, serverResponseCode };
}

const accountOf = ({ mailbox }: ToldEvent): string | null => mailbox && (mailbox.externalId ?? mailbox.id);
