// Accounts come in here: with tokens that somebody else obtained, or by way of the account owner's browser. Unlike
// EmailEngine this server proves tokens before it keeps them, so a refusal of the provider shows at once.
import { GatewayError, type MailboxWithGrant, type Principal, verdictOf } from '../../../core/index.ts';
import { type AccountChanges, NewAccount, type OAuth2Input } from './account-schemas.ts';
import { accountIdOf } from './account-view.ts';
import { connectDirectly, type Registered, type Registration } from './direct.ts';
import { accountAlreadyExists, badField, notBuilt, notVerified } from './errors.ts';
import { accountOfMailbox, findAccount } from './find-account.ts';
import { type App, appOf, isService } from './find-app.ts';
import { checkedSettings, checkRedirectUrl, surfaceName } from './map.ts';
import { at, type Context, callerOf, type Noun } from './route.ts';
import { checkWebhooks, setWebhooks } from './webhook-accounts.ts';

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
        const delegated = oauth2.auth?.delegatedUser;
        const shared = delegated ? { address: delegated, field: 'oauth2.auth.delegatedUser' } : null;
        return { redirect: await invite(context, principal, { ...body, ...oauth2, account, shared }) };
      }
      const { principal } = callerOf(request, 'mailboxes:create');
      const before = account === null ? null : await findAccount(context.core, principal, account);
      await checkWebhooks(context, body);
      const { mailbox, isNew } = await connect(context, principal, { body, oauth2, account, before });
      await setWebhooks(context, principal, mailbox.id, body);
      return { account: accountIdOf({ mailbox }), state: isNew ? 'new' : 'existing' };
    });
  });
};

/**
 * Refuses what belongs to accounts with passwords and to foreign token servers, and shared mailboxes that no sign-in
 * of their own opens.
 */
export function requireOAuth2(body: Pick<AccountChanges, 'oauth2' | 'imap' | 'smtp'>): OAuth2Input {
  if (body.imap || body.smtp) throw notBuilt('An account with its own IMAP or SMTP settings');
  if (!body.oauth2) throw notBuilt('An account without OAuth2');
  const { oauth2 } = body;
  if (oauth2.useAuthServer) throw notBuilt('An authentication server');
  if (oauth2.auth?.delegatedAccount) throw notBuilt('A shared mailbox by the credentials of another account');
  if (oauth2.auth?.delegatedUser && !oauth2.authorize) {
    throw notBuilt('A shared mailbox without the sign-in of its delegate (oauth2.authorize)');
  }
  return oauth2;
}

export type Invitation = {
  account: string | null;
  provider?: string | undefined;
  name?: string | undefined;
  email?: string | undefined;
  expectedEmail?: string | undefined;
  redirectUrl?: string | undefined;
  /** The mailbox that a delegate's sign-in is to open, and the field that names it; null = the person's own. */
  shared: { address: string; field: string } | null;
};

/** The link of a connect session, which leads on to the provider and back to `redirectUrl`. */
export async function invite({ core }: Context, principal: Principal, request: Invitation): Promise<string> {
  const returnUrl = checkRedirectUrl(request.redirectUrl);
  const app = await appOf(core, principal, request.provider);
  const { provider, client, profile } = app;
  if (client && isService(client)) {
    throw badField('provider', 'acts without a sign-in: register the account with oauth2.auth.user');
  }
  const before = request.account === null ? null : await findAccount(core, principal, request.account);
  if (before && before.mailbox.provider !== provider) {
    throw badField('provider', 'is another provider than the one that this account is at');
  }
  checkShared(request, app, before);
  // Of a shared mailbox `email` is its own address, and whoever signs in has another.
  const ownAddress = request.shared ? null : (request.email ?? null);
  const { url } = await core.connectSessions.create(principal, {
    provider,
    profile,
    oauthClientId: client?.id ?? null,
    expectedEmail: request.expectedEmail ?? ownAddress,
    sharedMailbox: request.shared?.address ?? null,
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

/** What a link could only fail at later, before the delegate's eyes. */
function checkShared(
  { shared, email }: Invitation,
  { provider }: App,
  before: MailboxWithGrant | null,
): void {
  if (!shared) return;
  const { address, field } = shared;
  if (provider !== 'microsoft') throw badField(field, 'belongs to Outlook applications only');
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) throw badField(field, 'must be the address of the shared mailbox');
  const isSame = (other: string): boolean => other.toLowerCase() === address.toLowerCase();
  if (email !== undefined && !isSame(email)) throw badField('email', 'must be that of the shared mailbox');
  if (before === null) return;
  if (!isSame(before.mailbox.email)) throw badField(field, 'is not the address of this account');
  if (before.mailbox.delegateEmail === null) {
    throw badField(field, 'cannot be given to an account that was connected without a delegate');
  }
}

/** With what the application needs: tokens that somebody obtained, or nothing but an address. */
export async function connect(
  { core }: Context,
  principal: Principal,
  registration: Registration,
): Promise<Registered> {
  const { oauth2, before } = registration;
  const app = await appOf(core, principal, oauth2.provider ?? before?.oauthClient.id);
  return app.client && isService(app.client)
    ? connectDirectly(core, principal, app.client, registration)
    : importTokens({ core }, principal, app, registration);
}

async function importTokens(
  { core }: Pick<Context, 'core'>,
  principal: Principal,
  { provider, client }: App,
  { body, oauth2, account, before }: Registration,
): Promise<Registered> {
  if (oauth2.refreshToken === undefined) throw badField('oauth2.refreshToken', 'is required');
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
      throw await asAlreadyExists({ core }, principal, error);
    });
  if (!outcome.ok) throw notVerified(verdictOf(outcome.reason));
  return outcome;
}

async function asAlreadyExists(
  { core }: Pick<Context, 'core'>,
  principal: Principal,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof GatewayError) || error.code !== 'conflict' || !error.extras.mailboxId) return error;
  return accountAlreadyExists(accountIdOf(await accountOfMailbox(core, principal, error.extras.mailboxId)));
}
