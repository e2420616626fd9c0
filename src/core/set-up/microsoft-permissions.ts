// Permissions as Microsoft's console names them: under which API each is picked, and who may approve it.
// https://learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent
import type { Registration, SetUpValue } from './list.ts';
import { type Permission, permissionsOf, profilesInWords } from './permissions.ts';

/** One value each, to search for in the console. */
export const microsoftPermissions = (registration: Registration): SetUpValue[] =>
  permissionsOf(registration).map((permission) => ({
    label: [
      placeOf(registration, permission.scope),
      profilesInWords(permission),
      approvalOf(registration, permission),
    ].join('; '),
    value: nameOf(permission.scope),
  }));

/** Without the resource in front. */
const nameOf = (scope: string): string => scope.slice(scope.lastIndexOf('/') + 1);

function placeOf({ provider, client }: Registration, scope: string): string {
  const kind = client.grantType === 'client_credentials' ? 'Application' : 'Delegated';
  const under = (api: string): string => `${api} > ${kind} permissions`;
  const [resource] = provider.resourcesOf(client, scope);
  if (resource === provider.resourceOf(client, 'imap') && resource !== undefined) {
    // The console lists those for people under Graph, although their tokens are for Exchange.
    const isUnderGraph = kind === 'Delegated' && /^(?:imap|pop|smtp)\./i.test(nameOf(scope));
    return under(isUnderGraph ? 'Microsoft Graph' : 'APIs my organization uses > Office 365 Exchange Online');
  }
  const isForeign = resource === undefined && scope.includes('/');
  return under(isForeign ? `the API ${scope.slice(0, scope.lastIndexOf('/'))}` : 'Microsoft Graph');
}

/** What people may approve alone by Microsoft's default since the end of 2025. */
const byAnybody: ReadonlySet<string> = new Set([
  'openid',
  'email',
  'profile',
  'offline_access',
  'user.read',
  'smtp.send',
  'mail.send',
]);

/** What they may not, since then. */
const byAdministrator =
  /^(?:mail\.(?:read|readwrite|readbasic)(?:\.shared)?|mailboxitem\.read|mailboxfolder\..+|mailboxsettings\..+|calendars\..+|contacts\.readwrite|people\.read|tasks\..+|files\..+\.all|sites\..+\.all|chat\..+|(?:imap|pop)\.accessasuser\.all|(?:ews|eas)\..+)$/;

function approvalOf({ client }: Registration, { scope }: Permission): string {
  if (client.grantType === 'client_credentials') return 'an administrator approves';
  const name = nameOf(scope).toLowerCase();
  if (byAnybody.has(name)) return 'the mailbox owner may approve';
  if (!byAdministrator.test(name)) return "the organisation's settings say who approves";
  return 'in an organisation an administrator approves, by default';
}
