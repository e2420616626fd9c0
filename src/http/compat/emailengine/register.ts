// Accounts come in here: with tokens that somebody else obtained, or by way of the account owner's browser. Unlike
// EmailEngine this server proves tokens before it keeps them, so a refusal of the provider shows at once.
import {
  GatewayError,
  type ImportOutcome,
  type MailboxWithGrant,
  type Principal,
  verdictOf,
} from '../../../core/index.ts';
import { type AccountChanges, NewAccount, type OAuth2Input } from './account-schemas.ts';
import { accountIdOf } from './account-view.ts';
import { badField, EmailEngineError, notBuilt } from './errors.ts';
import { findAccount } from './find-account.ts';
import { appOf, checkRedirectUrl, keptSettings, surfaceName } from './map.ts';
import { at, type Context, callerOf, type Noun } from './route.ts';

const settingsBytesMax = 16 * 1024;
const retrySeconds = 5;
/** Programs give up a write after 15 seconds. */
export const proofSeconds = 9;

export const registration: Noun = (app, context) => {
  at(app, '/account', (scope) => {
    scope.post('/', { schema: { body: NewAccount } }, async (request) => {
      const { body } = request;
      const oauth2 = requireOAuth2(body);
      const account = body.account === null || body.account === '' ? null : body.account;
      if (oauth2.authorize) {
        const { principal } = callerOf(request, 'connect_sessions:create', 'mailboxes:create');
        return { redirect: await invite(context, principal, { ...body, ...oauth2, account }) };
      }
      const { principal } = callerOf(request, 'mailboxes:create');
      const before = account === null ? null : await findAccount(context.core, principal, account);
      const { mailbox, isNew } = await importTokens(context, principal, { body, oauth2, account, before });
      return { account: accountIdOf({ mailbox }), state: isNew ? 'new' : 'existing' };
    });
  });
};

/** Refuses what belongs to accounts with passwords, to shared mailboxes and to foreign token servers. */
export function requireOAuth2(body: Pick<AccountChanges, 'oauth2' | 'imap' | 'smtp'>): OAuth2Input {
  if (body.imap || body.smtp) throw notBuilt('An account with its own IMAP or SMTP settings');
  if (!body.oauth2) throw notBuilt('An account without OAuth2');
  const { oauth2 } = body;
  if (oauth2.useAuthServer) throw notBuilt('An authentication server');
  if (oauth2.auth?.delegatedUser || oauth2.auth?.delegatedAccount) throw notBuilt('A shared mailbox');
  return oauth2;
}

export type Invitation = {
  account: string | null;
  provider?: string | undefined;
  name?: string | undefined;
  email?: string | undefined;
  expectedEmail?: string | undefined;
  redirectUrl?: string | undefined;
};

/** The link of a connect session, which leads on to the provider and back to `redirectUrl`. */
export async function invite({ core }: Context, principal: Principal, request: Invitation): Promise<string> {
  const returnUrl = checkRedirectUrl(request.redirectUrl);
  const { provider, client, profile } = await appOf(core, principal, request.provider);
  const before = request.account === null ? null : await findAccount(core, principal, request.account);
  if (before && before.mailbox.provider !== provider) {
    throw badField('provider', 'is another provider than the one that this account is at');
  }
  const { url } = await core.connectSessions.create(principal, {
    provider,
    profile,
    oauthClientId: client?.id ?? null,
    expectedEmail: request.expectedEmail ?? request.email ?? null,
    mailboxId: before?.mailbox.id ?? null,
    customer: null,
    managedAccountsOnly: false,
    exclusive: false,
    surface: surfaceName,
    mailboxName: request.name ?? null,
    externalId: request.account,
    returnUrl,
  });
  return url;
}

type Import = {
  body: AccountChanges & { expectedEmail?: string };
  oauth2: OAuth2Input;
  account: string | null;
  before: MailboxWithGrant | null;
};

export async function importTokens(
  { core }: Context,
  principal: Principal,
  { body, oauth2, account, before }: Import,
): Promise<Extract<ImportOutcome, { ok: true }>> {
  if (oauth2.refreshToken === undefined) throw badField('oauth2.refreshToken', 'is required');
  const appId = oauth2.provider ?? before?.oauthClient.id;
  const { provider, client } = await appOf(core, principal, appId);
  const email = oauth2.auth?.user?.includes('@') ? oauth2.auth.user : (body.email ?? null);
  const outcome = await core.imports
    .import(principal, {
      provider,
      oauthClient: client ? { kind: 'id', id: client.id } : { kind: 'chosen', owner: 'any' },
      refreshToken: oauth2.refreshToken,
      scope: null,
      email: body.expectedEmail ?? email,
      name: body.name ?? null,
      customer: null,
      externalId: account,
      mailboxId: before?.mailbox.id ?? null,
      settings: { dialects: { [surfaceName]: checkedSettings(body) } },
      exclusive: false,
      withinSeconds: proofSeconds,
    })
    .catch(async (error: unknown) => {
      throw await alreadyExists({ core }, principal, error);
    });
  if (!outcome.ok) throw refusal(outcome);
  return outcome;
}

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

async function alreadyExists(
  { core }: Pick<Context, 'core'>,
  principal: Principal,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof GatewayError) || error.code !== 'conflict' || !error.extras.mailboxId) return error;
  const reader = { ...principal, scopes: new Set([...principal.scopes, 'mailboxes:read' as const]) };
  const holder = await core.mailboxes.read(reader, error.extras.mailboxId);
  return new EmailEngineError(400, 'This user is registered under another account id', {
    code: 'AccountAlreadyExists',
    existingAccount: accountIdOf(holder),
  });
}

/** What heals by itself is the provider's outage; everything else will be refused again. */
function refusal({ reason }: Extract<ImportOutcome, { ok: false }>): EmailEngineError {
  const { sentence, remedy, healsItself } = verdictOf(reason);
  if (healsItself) {
    return new EmailEngineError(503, sentence, {
      code: 'ProviderUnavailable',
      retryAfterSeconds: retrySeconds,
    });
  }
  return new EmailEngineError(400, `${sentence} ${remedy}`, { code: 'AccountVerificationFailed' });
}
