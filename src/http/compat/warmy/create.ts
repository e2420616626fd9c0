// `POST /mailboxes`: a mailbox from tokens that somebody else obtained under a registration of their own. Reads and
// checks the body; that the tokens work is proved by the core's import.
import type { Core, ImportRequest, Principal } from '../../../core/index.ts';
import { importRefused, unprocessable, WarmyError } from './errors.ts';
import { createReader, type Fields, mailboxOf, refuseIf } from './fields.ts';
import { providerOf, writeReply } from './map.ts';
import { readSettings, readTariffPlan, tariffPlanChange } from './settings.ts';

const oauthProviders = ['oauth_google', 'oauth_outlook'] as const;
/** Those that Warmy connects with a password or a key. */
const passwordProviders = [
  'gmail',
  'outlook',
  'yahoo',
  'zoho',
  'zohopro',
  'aol',
  'smtp',
  'sendgrid',
  'mailgun',
] as const;

const addressForm = /^[^\s@<>"(),;:\\[\]]{1,64}@[^\s@<>"(),;:\\[\]]{1,255}$/;
/** Clients stop waiting soon after. */
const withinSeconds = 10;

/** The documented one. A caller's URL is compared, never called: calls go to this server's own endpoint table. */
const tokenCredentialUri = 'https://oauth2.googleapis.com/token';

type OAuthProvider = (typeof oauthProviders)[number];

/** Upserts by address: an OAuth mailbox is reconnected by the same call. */
export async function createMailbox(
  core: Core,
  principal: Principal,
  { body, holderUid }: { body: unknown; holderUid: string | null },
) {
  const tokenUris = [tokenCredentialUri, ...core.oauthClients.tokenUrls('google')];
  const request = readRequest(mailboxOf(body), tokenUris);
  const outcome = await core.imports.import(principal, { ...request, customer: holderUid, withinSeconds });
  if (!outcome.ok) throw importRefused(outcome);
  const { mailbox, isNew } = outcome;
  const message = isNew ? 'The mailbox is connected' : 'The mailbox is connected again';
  return { statusCode: isNew ? 201 : 200, reply: writeReply(message, mailbox) };
}

function readProvider(mailbox: Fields): OAuthProvider {
  const name = mailbox.provider;
  const known = oauthProviders.find((one) => one === name);
  if (known) return known;
  if (passwordProviders.some((one) => one === name)) {
    throw new WarmyError(501, [
      `provider ${String(name)} signs in with a password or a key, and this server keeps none: ` +
        `connect the mailbox as ${oauthProviders.join(' or ')}`,
    ]);
  }
  if (name === undefined || name === null || name === '') throw unprocessable('provider is missing');
  throw unprocessable(`provider must be one of: ${oauthProviders.join(', ')}`);
}

function readRequest(
  fields: Fields,
  tokenUris: readonly string[],
): Omit<ImportRequest, 'customer' | 'withinSeconds'> {
  const provider = readProvider(fields);
  const mistakes: string[] = [];
  const read = createReader(fields, mistakes);
  for (const name of ['client_id', 'client_secret', 'access_token', 'refresh_token', 'tariff_plan_type_id']) {
    read.require(name);
  }
  const clientId = read.text('client_id', 256) ?? '';
  const clientSecret = read.text('client_secret', 1024) ?? '';
  read.text('access_token', 16_384);
  const refreshToken = read.text('refresh_token', 16_384) ?? '';
  const email = read.text('email', 320)?.trim() ?? null;
  if (email !== null && !addressForm.test(email)) read.refuse('email', 'is not an address');
  const name = read.text('from_name', 256) ?? null;
  // Unix seconds. The token is renewed at once in any case, so an end in the past is no mistake.
  read.whole('expires_at', 0, 99_999_999_999);
  read.text('redirect_uri', 2048);
  const tokenUri = read.text('token_credential_uri', 2048);
  if (tokenUri !== undefined && !tokenUris.includes(tokenUri)) {
    read.refuse('token_credential_uri', `must be ${tokenCredentialUri}`);
  }
  const settings = readSettings(fields, mistakes);
  const plan = readTariffPlan(fields, mistakes);
  refuseIf(mistakes);
  const planned = tariffPlanChange(plan ?? null).dialects?.warmy;
  return {
    provider: providerOf(provider) ?? 'google',
    oauthClient: {
      kind: 'entered',
      clientId,
      clientSecret,
      name: `${provider} ${clientId}`.slice(0, 100),
      entraTenant: null,
    },
    refreshToken,
    scope: null,
    email,
    name,
    externalId: null,
    mailboxId: null,
    settings: { ...settings, dialects: { warmy: { ...settings.dialects?.warmy, ...planned } } },
    exclusive: false,
  };
}
