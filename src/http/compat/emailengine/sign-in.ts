// The link for an account's owner, and the proof of an account that is there. Passwords are not this server's
// business: what checks them is refused.
import type { Core, Principal } from '../../../core/index.ts';
import { verdictOf } from '../../../core/index.ts';
import { AuthenticationForm, VerifyAccount } from './account-schemas.ts';
import { badField, notBuilt } from './errors.ts';
import { accountOf } from './find-account.ts';
import { isService, visibleApps } from './find-app.ts';
import { invite, proofSeconds } from './register.ts';
import { at, callerOf, type Noun } from './route.ts';

export const signIn: Noun = (app, context) => {
  const { core } = context;
  at(app, '/authentication/form', (scope) => {
    scope.post('/', { schema: { body: AuthenticationForm } }, async (request) => {
      const { principal } = callerOf(request, 'connect_sessions:create', 'mailboxes:create');
      const { body } = request;
      const shared = body.delegated ? sharedOf(body.email) : null;
      // Nobody else has shared mailboxes.
      const provider = body.type ?? (shared ? 'outlook' : await onlyProvider(core, principal));
      const account = body.account ? body.account : null;
      const { name, email, expectedEmail, redirectUrl } = body;
      const invitation = { account, provider, name, email, expectedEmail, redirectUrl, shared };
      return { url: await invite(context, principal, invitation) };
    });
  });

  at(app, '/verifyAccount', (scope) => {
    scope.post('/', { schema: { body: VerifyAccount } }, async (request) => {
      const { principal } = callerOf(request, 'mailboxes:update');
      const { account, imap, smtp } = request.body;
      if (imap || smtp || account === undefined) throw notBuilt('The verification of passwords');
      const found = await accountOf(core, principal, account);
      const { mailbox } = await core.mailboxes.verify(principal, found.mailbox.id, {
        withinSeconds: proofSeconds,
      });
      const results = mailbox.verification?.results ?? [];
      const of = (transport: 'imap' | 'smtp') => {
        const result = results.find((one) => one.transport === transport);
        if (!result) return undefined;
        if (result.ok) return { success: true };
        return {
          success: false,
          error: verdictOf(result.reason).sentence,
          code: result.reason,
          ...(result.detail === null ? {} : { responseText: result.detail }),
        };
      };
      return { imap: of('imap') ?? missing, smtp: of('smtp') ?? missing };
    });
  });
};

/** For a mailbox that was connected for the provider's mail API only. */
const missing = { success: false, error: 'Not granted to this account', code: 'NotGranted' } as const;

function sharedOf(email: string | undefined): { address: string; field: string } {
  if (email === undefined) throw badField('email', 'is required for a shared mailbox');
  return { address: email, field: 'delegated' };
}

/** EmailEngine lets the owner choose; here there is one page a provider, so it must be clear which. */
async function onlyProvider(core: Core, principal: Principal): Promise<'gmail' | 'outlook'> {
  const apps = await visibleApps(core, principal);
  const providers = new Set(apps.filter((app) => !isService(app)).map(({ provider }) => provider));
  const [only] = providers;
  if (providers.size !== 1 || !only) throw badField('type', 'is required');
  return only === 'google' ? 'gmail' : 'outlook';
}
