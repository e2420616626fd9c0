// Microsoft's consoles, cloud by cloud. An app is registered in the cloud of the organisations whose mailboxes it
// opens, and known in no other. https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
import type { OAuthClient } from '../oauth-clients.ts';

type Portal = {
  /** In words, for people. */
  name: string;
  entra: string;
  /** How Exchange Online PowerShell is told the cloud. */
  connect: string;
  /** Whether personal accounts exist there. */
  hasPersonalAccounts: boolean;
};

const national = { hasPersonalAccounts: false } as const;

const portals: Readonly<Record<string, Portal>> = {
  global: {
    name: 'worldwide',
    entra: 'https://entra.microsoft.com',
    connect: 'Connect-ExchangeOnline',
    hasPersonalAccounts: true,
  },
  'us-gov-l4': {
    ...national,
    name: 'US Government L4 (GCC High)',
    entra: 'https://entra.microsoft.us',
    connect: 'Connect-ExchangeOnline -ExchangeEnvironmentName O365USGovGCCHigh',
  },
  'us-gov-dod': {
    ...national,
    name: 'US Government L5 (DoD)',
    entra: 'https://entra.microsoft.us',
    connect: 'Connect-ExchangeOnline -ExchangeEnvironmentName O365USGovDoD',
  },
  china: {
    ...national,
    name: 'China, operated by 21Vianet',
    entra: 'https://entra.microsoftonline.cn',
    connect: 'Connect-ExchangeOnline -ExchangeEnvironmentName O365China',
  },
};

/** Null for a cloud that the operator added to the endpoint table: its consoles are not known here. */
export const portalOf = ({ cloud }: Pick<OAuthClient, 'cloud'>): Portal | null =>
  Object.hasOwn(portals, cloud) ? (portals[cloud] ?? null) : null;

type Blade = 'Overview' | 'Authentication' | 'Credentials' | 'CallAnAPI';

/** The page of one app; of all apps while its id is not known. */
export function registrationPage(client: OAuthClient, blade: Blade): string | null {
  const portal = portalOf(client);
  if (portal === null) return null;
  const view = `${portal.entra}/#view/Microsoft_AAD_RegisteredApps`;
  if (!/^[0-9a-f-]{36}$/i.test(client.clientId)) return `${view}/ApplicationsListBlade`;
  return `${view}/ApplicationMenuBlade/~/${blade}/appId/${client.clientId}`;
}

/** All apps that organisations have let in. */
export const enterpriseApplications = (client: OAuthClient): string | null => {
  const portal = portalOf(client);
  return portal && `${portal.entra}/#view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview`;
};

export const cloudInWords = (client: OAuthClient): string => {
  const portal = portalOf(client);
  return portal === null
    ? `Register the app in the console of the cloud that is called ${client.cloud} here.`
    : `Register the app in the ${portal.name} cloud (\`${client.cloud}\`), at ${portal.entra}: apps of one cloud are not known in another.`;
};
