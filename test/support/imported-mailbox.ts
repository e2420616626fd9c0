// A mailbox without a browser: tokens that the sandbox mints, imported. For tests that are not about connecting.
import type { SandboxProvider } from '../../sandbox/index.ts';
import type { Installation } from './installation.ts';

export const fullScope = {
  google: 'https://mail.google.com/',
  microsoft:
    'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access',
} as const satisfies Record<SandboxProvider, string>;

/** The id of the mailbox, in the first workspace unless `apiKey` is another one's. */
export async function importMailbox(
  { sandbox, gateway, apiKey: first }: Installation,
  provider: SandboxProvider,
  login: string,
  { oauthClientId, apiKey = first }: { oauthClientId?: string; apiKey?: string } = {},
): Promise<string> {
  const scope = fullScope[provider];
  const [minted] = await sandbox[provider].mint({ login, scope });
  if (!minted) throw new Error('the sandbox minted nothing');
  const outcome = await gateway.core.imports.import(await gateway.core.apiKeys.authenticate(apiKey), {
    provider,
    oauthClient: oauthClientId ? { kind: 'id', id: oauthClientId } : { kind: 'chosen', owner: 'any' },
    refreshToken: minted.refreshToken,
    scope,
    email: login,
    name: null,
    customer: null,
    externalId: null,
    mailboxId: null,
    settings: {},
    exclusive: false,
  });
  if (!outcome.ok) throw new Error(`${login} was not imported: ${JSON.stringify(outcome)}`);
  return outcome.mailbox.id;
}
