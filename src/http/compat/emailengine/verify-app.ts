// The check of an OAuth2 application: what its provider says of it without a person, and with an account, a real token
// and a real login. Steps as EmailEngine shapes them: `ok`, `fail`, or `skip` for what cannot be told from here.
import {
  type Core,
  type ExaminationStep,
  GatewayError,
  type MailboxWithGrant,
  type OAuthClient,
  type Principal,
  type ReasonCode,
  type TransportResult,
  verdictOf,
} from '../../../core/index.ts';
import { AppParams, VerifyApp } from './app-schemas.ts';
import { accountNotFound, badField } from './errors.ts';
import { findAccount, findByAddress } from './find-account.ts';
import { type AppType, clientOf, isService, typeOf } from './find-app.ts';
import { proofSeconds } from './register.ts';
import { at, callerOf, type Noun } from './route.ts';

type Step = {
  id: string;
  label: string;
  status: 'ok' | 'fail' | 'skip';
  message: string | null;
  hint?: string;
};

/** As EmailEngine names them; only what acts by itself has one. */
const authMethods = {
  gmail: null,
  gmailService: 'serviceKey',
  outlook: null,
  outlookService: 'clientCredentials',
} as const satisfies Record<AppType, string | null>;

const labels = {
  client_id: 'Client ID',
  credential: 'Credential',
  redirect_uri: 'Redirect URL',
  directory: 'Directory',
  delegation: 'Domain-wide delegation',
  expiry: 'End of the credential',
  next_credential: 'Next credential',
  mailbox: 'Last use by an account',
} as const satisfies Record<ExaminationStep['subject'], string>;

const transportLabels = {
  imap: 'Mailbox access (IMAP)',
  smtp: 'Sending (SMTP)',
  gmail_api: 'Gmail API access',
  graph: 'Mailbox access (Microsoft Graph)',
} as const satisfies Record<TransportResult['transport'], string>;

export const verifyApp: Noun = (app, { core }) => {
  at(app, '/oauth2/:app/verify', (scope) => {
    scope.post('/', { schema: { params: AppParams, body: VerifyApp } }, async (request) => {
      const { principal, workspaceId } = callerOf(request, 'oauth_clients:read', 'mailboxes:update');
      const { account, testConnection } = request.body;
      const client = await clientOf(core, principal, request.params.app);
      const found = account === undefined ? null : await accountFor(core, principal, client, account);
      const address = found?.mailbox.email ?? account ?? null;
      const isOwn = client.workspaceId === workspaceId;
      // What it finds may pause the application or make it active again.
      if (isOwn) callerOf(request, 'oauth_clients:update');
      const examined = isOwn ? await examine(core, principal, client, address) : [];
      const { pausedReason } = isOwn ? await clientOf(core, principal, client.id) : client;
      const steps: Step[] = [
        step('config', 'Configuration', pausedReason === null ? 'ok' : 'fail', pausedReason),
        ...examined,
        ...(account === undefined
          ? []
          : await check(core, principal, { found, isLoginWanted: testConnection !== false })),
      ];
      const type = typeOf(client);
      return {
        app: client.id,
        provider: type,
        authMethod: authMethods[type],
        account: account ?? null,
        ok: steps.every(({ status }) => status !== 'fail'),
        steps,
      };
    });
  });
};

/**
 * By its id, or as EmailEngine has it, by its address. Null for an address that is no account yet, which an
 * application without a sign-in may be tried with all the same. Throws EmailEngine's 404 for any other.
 */
async function accountFor(
  core: Core,
  principal: Principal,
  client: OAuthClient,
  account: string,
): Promise<MailboxWithGrant | null> {
  const isAddress = /^[^\s@]+@[^\s@]+$/.test(account);
  const named = await findAccount(core, principal, account);
  const found = named ?? (isAddress ? await findByAddress(core, principal, account) : null);
  if (!found && !(isAddress && isService(client))) throw accountNotFound();
  if (found && found.oauthClient.id !== client.id)
    throw badField('account', 'belongs to another application');
  return found;
}

/** Only of the workspace's own: the others are the operator's to examine. */
async function examine(
  core: Core,
  principal: Principal,
  client: OAuthClient,
  address: string | null,
): Promise<Step[]> {
  const { steps } = await core.clientExaminations.examine(principal, client.id, address);
  return steps.map(({ subject, result, reason }) => {
    const status = result === 'passed' ? 'ok' : result === 'failed' ? 'fail' : 'skip';
    return step(subject, labels[subject], status, reason);
  });
}

type Check = { found: MailboxWithGrant | null; isLoginWanted: boolean };

/** Token and login share one time; the login gets what the token left of it. */
async function check(core: Core, principal: Principal, { found, isLoginWanted }: Check): Promise<Step[]> {
  if (!found) {
    return [
      { ...step('access', 'Mailbox access', 'skip', null), message: 'No account has this address yet.' },
    ];
  }
  const { mailbox } = found;
  const startedAt = core.now();
  const reader = { ...principal, scopes: new Set([...principal.scopes, 'tokens:read' as const]) };
  const token = await core.tokens
    .read(reader, mailbox.id, { resource: null, minTtlSeconds: 0, forceRefresh: false })
    .then(() => step('token', 'Access token', 'ok', null))
    .catch((error: unknown): Step => {
      if (!(error instanceof GatewayError)) throw error;
      return { ...step('token', 'Access token', 'fail', null), message: error.message };
    });
  if (token.status === 'fail' || !isLoginWanted) return [token];
  const leftSeconds = Math.max(1, proofSeconds - (core.now() - startedAt) / 1000);
  const proved = await core.mailboxes.verify(principal, mailbox.id, { withinSeconds: leftSeconds });
  const results = proved.mailbox.verification?.results ?? [];
  return [
    token,
    ...results.map(({ transport, ok, reason }) =>
      step(transport, transportLabels[transport], ok ? 'ok' : 'fail', ok ? null : reason),
    ),
  ];
}

/** The verdict's sentence says what is wrong, its remedy what to do. */
function step(id: string, label: string, status: Step['status'], reason: ReasonCode | null): Step {
  if (reason === null || status === 'ok') return { id, label, status, message: null };
  const { sentence, remedy } = verdictOf(reason);
  return { id, label, status, message: sentence, hint: remedy };
}
