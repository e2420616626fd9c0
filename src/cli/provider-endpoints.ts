// Where the authorization servers are that somebody talks to by hand: the built-in table, an endpoint file over it, or
// two addresses of any server.
import { loadEndpoints } from '../config.ts';
import { parseEndpointFile } from '../providers/endpoints.ts';
import { UsageError } from './command.ts';

export type HandEndpoints = {
  authorization: string;
  token: string;
  /** RFC 8628; empty where there is none for mail. */
  deviceAuthorization: string;
  /** What is asked for when nobody says: IMAP and SMTP. */
  usualScope: string;
  /** Prefix of Microsoft's scopes for the APIs; empty elsewhere. */
  graphResource: string;
  outlookResource: string;
};

type Wanted = { provider: string; cloud: string | null; tenant: string; endpointsFile: string | null };

/** Throws `UsageError` for a cloud that is not in the table, `ConfigError` for a file that is none. */
export function endpointsFor({ provider, cloud, tenant, endpointsFile }: Wanted): HandEndpoints {
  const table = parseEndpointFile(loadEndpoints(endpointsFile) ?? {});
  if (provider === 'google') {
    const entry = entryOf(table.google, cloud);
    return {
      authorization: entry.authorization,
      token: entry.token,
      deviceAuthorization: '',
      usualScope: 'openid email https://mail.google.com/',
      graphResource: '',
      outlookResource: '',
    };
  }
  const entry = entryOf(table.microsoft, cloud);
  const filled = (url: string): string => url.replace('{tenant}', encodeURIComponent(tenant));
  const authorization = filled(entry.authorization);
  const { outlookResource, graphResource } = entry;
  return {
    authorization,
    token: filled(entry.token),
    // Its place beside the authorization endpoint: OpenID Connect discovery of every Entra cloud says so.
    deviceAuthorization: authorization.replace(/\/authorize$/, '/devicecode'),
    usualScope: scopeText(outlookResource, ['IMAP.AccessAsUser.All', 'SMTP.Send']),
    graphResource,
    outlookResource,
  };
}

/** What a mailbox at Microsoft is connected with, by profile. */
export function mailScopes({ outlookResource, graphResource }: HandEndpoints, profile: string): string {
  switch (profile) {
    case 'api':
      return scopeText(graphResource, ['User.Read', 'Mail.ReadWrite', 'Mail.Send']);
    case 'send_only':
      return scopeText(outlookResource, ['SMTP.Send']);
    default:
      return scopeText(outlookResource, ['IMAP.AccessAsUser.All', 'SMTP.Send']);
  }
}

const scopeText = (resource: string, names: readonly string[]): string =>
  ['openid', 'email', 'profile', 'offline_access', ...names.map((name) => `${resource}/${name}`)].join(' ');

function entryOf<Entry>(clouds: Readonly<Record<string, Entry>>, cloud: string | null): Entry {
  const [usual] = Object.keys(clouds);
  const name = cloud ?? usual ?? '';
  const entry = Object.hasOwn(clouds, name) ? clouds[name] : undefined;
  if (entry === undefined)
    throw new UsageError(`There is no cloud ${name}; there are: ${Object.keys(clouds).join(', ')}`);
  return entry;
}
