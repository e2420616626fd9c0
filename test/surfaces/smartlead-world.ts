// What the tests of the Smartlead surface share: accounts as its clients save them, with tokens of the sandbox.
import type { SandboxProvider } from '../../sandbox/index.ts';
import { type Installation, memberOf } from '../support/installation.ts';

export const base = '/api/v1/email-accounts';

export const scopes = {
  google: 'https://mail.google.com/',
  microsoft: 'https://outlook.office.com/SMTP.Send https://outlook.office.com/IMAP.AccessAsUser.All',
} as const satisfies Record<SandboxProvider, string>;

export type Account = {
  provider?: SandboxProvider;
  /** The OAuth client that the tokens are given to; left out = the installation's. */
  clientId?: string;
  changes?: Record<string, unknown>;
  token?: Record<string, unknown>;
};

/** A body for save-oauth with the token of a person who consented a moment ago. */
export async function accountOf(
  { sandbox }: Pick<Installation, 'sandbox'>,
  email: string,
  { provider = 'google', clientId, changes = {}, token = {} }: Account = {},
): Promise<Record<string, unknown>> {
  const scope = scopes[provider];
  const [minted] = await sandbox[provider].mint({
    login: email,
    scope: provider === 'microsoft' ? `${scope} offline_access` : scope,
    ...(clientId === undefined ? {} : { clientId }),
  });
  if (!minted) throw new Error('no grant was minted');
  return {
    from_name: 'John Doe',
    from_email: email,
    username: email,
    type: provider === 'google' ? 'GMAIL' : 'OUTLOOK',
    token: {
      scope,
      token_type: 'Bearer',
      access_token: minted.accessToken,
      refresh_token: minted.refreshToken,
      expiry_date: Date.now() + 3_600_000,
      ...token,
    },
    warmup_enabled: false,
    use_whitelabel_credentials: false,
    ...changes,
  };
}

/** Saves an account and answers its number. */
export async function save(
  installation: Installation,
  email: string,
  account: Account = {},
): Promise<number> {
  const { status, text, body } = await installation.call(
    'POST',
    `${base}/save-oauth`,
    await accountOf(installation, email, account),
  );
  if (status !== 200) throw new Error(`not saved: ${text}`);
  return Number(memberOf(body.data, 'id'));
}

/** An OAuth client of the workspace's own, registered at the sandbox. */
export async function addOwnClient(
  installation: Installation,
  provider: SandboxProvider,
  clientId: string,
): Promise<void> {
  const clientSecret = `secret-of-${clientId}`;
  const redirectUris = ['http://127.0.0.1:9/callback'];
  installation.sandbox[provider].addClient({ clientId, clientSecret, redirectUris });
  const made = await installation.call('POST', '/v1/oauth-clients', {
    provider,
    name: clientId,
    client_id: clientId,
    client_secret: clientSecret,
  });
  if (made.status !== 201) throw new Error(made.text);
}
