// Whether a token opens a mailbox: the owner's own, a delegate's on a shared mailbox, or a client's that Exchange
// was told to let in. Knows tokens by what introspection says of them, so every mail server can ask.
import { GOOGLE_MAIL_SCOPE } from './google.ts';
import { OUTLOOK_RESOURCE } from './microsoft-scopes.ts';
import type { SandboxProvider } from './types.ts';
import type { SandboxUser, UserDirectory } from './users.ts';

export type MailProtocol = 'imap' | 'smtp';

/** An introspection answer (RFC 7662 §2.2), unparsed. */
export type IntrospectedToken = Record<string, unknown>;

export type MayOpenMailbox = (token: IntrospectedToken, address: string, protocol: MailProtocol) => boolean;
export type MailboxAccess = ReturnType<typeof createMailboxAccess>;

/** A person's token needs this scope. */
export const REQUIRED_SCOPE = {
  google: { imap: GOOGLE_MAIL_SCOPE, smtp: GOOGLE_MAIL_SCOPE },
  microsoft: {
    imap: `${OUTLOOK_RESOURCE}/IMAP.AccessAsUser.All`,
    smtp: `${OUTLOOK_RESOURCE}/SMTP.Send`,
  },
} as const satisfies Record<SandboxProvider, Record<MailProtocol, string>>;

const REQUIRED_ROLE = { imap: 'IMAP.AccessAsApp', smtp: 'SMTP.SendAsApp' } as const satisfies Record<
  MailProtocol,
  string
>;
/** Exchange takes app-only tokens for these audiences; `ps.outlook.com` is not among them. */
const APP_AUDIENCES = [OUTLOOK_RESOURCE, 'https://outlook.office365.com'];

export function createMailboxAccess(deps: { provider: SandboxProvider; users: UserDirectory }) {
  const { provider, users } = deps;
  const appMailboxes = new Set<string>();

  const mayOpenMailbox: MayOpenMailbox = (token, address, protocol) => {
    if (token.active !== true) return false;
    const mailbox = users.byLogin(address);
    if (mailbox === undefined || mailbox.disabled) return false;
    const { email, client_id: clientId } = token;
    if (typeof email === 'string') {
      const scopes = typeof token.scope === 'string' ? token.scope.split(' ') : [];
      return mayAct(email, mailbox) && scopes.includes(REQUIRED_SCOPE[provider][protocol]);
    }
    const roles: unknown[] = Array.isArray(token.roles) ? token.roles : [];
    return (
      provider === 'microsoft' &&
      roles.includes(REQUIRED_ROLE[protocol]) &&
      APP_AUDIENCES.some((audience) => audience === token.aud) &&
      token.tid === mailbox.tenantId &&
      appMailboxes.has(`${clientId} ${mailbox.login}`)
    );
  };

  return {
    mayOpenMailbox,
    /** Service principal and mailbox permission, as an Exchange administrator sets them up. */
    allowAppOnMailbox(clientId: string, login: string): void {
      if (users.byLogin(login) === undefined) throw new Error(`the sandbox knows no mailbox ${login}`);
      appMailboxes.add(`${clientId} ${login.toLowerCase()}`);
    },
  };
}

/** Whether this person is the owner of the mailbox or a delegate. */
export function mayAct(login: string, mailbox: SandboxUser): boolean {
  return login === mailbox.login || mailbox.delegates.some((delegate) => delegate.toLowerCase() === login);
}
