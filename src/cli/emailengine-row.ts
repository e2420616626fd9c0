// An account as EmailEngine's API registers and lists it, read as a row of ours. Its applications are told apart by
// their ids, which the operator maps to OAuth clients here.
import { memberOf, textOf } from './report.ts';

/** Their words for providers stand for themselves; the id of an application needs `clients`. */
const words: Readonly<Record<string, string>> = {
  gmail: 'google',
  gmailService: 'google',
  outlook: 'microsoft',
  outlookService: 'microsoft',
};

export function fromEmailEngine(
  account: ReadonlyMap<string, unknown>,
  clients: ReadonlyMap<string, string>,
): Map<string, unknown> {
  const oauth2 = account.get('oauth2');
  const application = textOf(oauth2, 'provider') ?? '';
  const type = account.get('type');
  const provider = words[application] ?? (typeof type === 'string' ? words[type] : undefined);
  const name = account.get('account');
  const metadata = typeof name === 'string' ? { emailengine_account: name } : null;
  return new Map<string, unknown>([
    ['email', account.get('email') ?? textOf(memberOf(oauth2, 'auth'), 'user')],
    ['name', account.get('name')],
    ['refresh_token', textOf(oauth2, 'refreshToken')],
    ['scope', scopeOf(memberOf(oauth2, 'scopes'))],
    ['provider', provider],
    ['oauth_client_id', clients.get(application)],
    ['metadata', metadata],
  ]);
}

const scopeOf = (scopes: unknown): unknown => (Array.isArray(scopes) ? scopes.join(' ') : scopes);
