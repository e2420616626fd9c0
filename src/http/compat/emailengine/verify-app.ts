// The check of an OAuth2 application: its state here, and with an account, a real token and a real login.
import {
  type Core,
  GatewayError,
  type MailboxWithGrant,
  type Principal,
  type TransportResult,
  verdictOf,
} from '../../../core/index.ts';
import { typeOf } from './account-view.ts';
import { AppParams, VerifyApp } from './app-schemas.ts';
import { clientOf } from './apps.ts';
import { badField } from './errors.ts';
import { accountOf } from './find-account.ts';
import { proofSeconds } from './register.ts';
import { at, callerOf, type Noun } from './route.ts';

type Step = { name: string; ok: boolean; error?: string };

export const verifyApp: Noun = (app, { core }) => {
  at(app, '/oauth2/:app/verify', (scope) => {
    scope.post('/', { schema: { params: AppParams, body: VerifyApp } }, async (request) => {
      const { principal } = callerOf(request, 'oauth_clients:read', 'mailboxes:update');
      const { account, testConnection } = request.body;
      const client = await clientOf(core, principal, request.params.app);
      const steps: Step[] = [
        client.pausedReason === null
          ? { name: 'application', ok: true }
          : { name: 'application', ok: false, error: verdictOf(client.pausedReason).sentence },
      ];
      if (account !== undefined) {
        const found = await accountOf(core, principal, account);
        if (found.oauthClient.id !== client.id) throw badField('account', 'belongs to another application');
        steps.push(...(await check(core, principal, { found, isLoginWanted: testConnection !== false })));
      }
      return {
        app: client.id,
        provider: typeOf(client.provider),
        authMethod: 'clientSecret',
        account: account ?? null,
        ok: steps.every(({ ok }) => ok),
        steps,
      };
    });
  });
};

type Check = { found: MailboxWithGrant; isLoginWanted: boolean };

/** Token and login share one time; the login gets what the token left of it. */
async function check(core: Core, principal: Principal, { found, isLoginWanted }: Check): Promise<Step[]> {
  const { mailbox } = found;
  const startedAt = core.now();
  const reader = { ...principal, scopes: new Set([...principal.scopes, 'tokens:read' as const]) };
  const token = await core.tokens
    .read(reader, mailbox.id, { resource: null, minTtlSeconds: 0, forceRefresh: false })
    .then((): Step => ({ name: 'accessToken', ok: true }))
    .catch((error: unknown): Step => {
      if (!(error instanceof GatewayError)) throw error;
      return { name: 'accessToken', ok: false, error: error.message };
    });
  if (!token.ok || !isLoginWanted) return [token];
  const leftSeconds = Math.max(1, proofSeconds - (core.now() - startedAt) / 1000);
  const proved = await core.mailboxes.verify(principal, mailbox.id, { withinSeconds: leftSeconds });
  return [token, ...(proved.mailbox.verification?.results ?? []).map(stepOf)];
}

const stepOf = ({ transport, ok, reason }: TransportResult): Step =>
  ok ? { name: transport, ok } : { name: transport, ok, error: verdictOf(reason).sentence };
