// Graph paths below `/users/{address}`: decides who may act on that mailbox and hands the call on as if its owner had
// asked `/me`, so that the mail API needs to know nothing of delegates and clients without a person.
import type { Caller } from './mail-api.ts';
import { mayAct } from './mailbox-access.ts';
import { GRAPH_RESOURCE, resourceOf } from './microsoft-scopes.ts';
import type { TokenStore } from './token-store.ts';
import type { SandboxUser, UserDirectory } from './users.ts';

type GraphDeps = { store: TokenStore; users: UserDirectory };

export type GraphCall = { caller: Caller | undefined; path: string };

const USERS_PATH = /^\/v1\.0\/users\/([^/]+)(\/.*)?$/i;

/** `accessToken` is the one that came with the request; `caller` the person it belongs to. */
export function onBehalf(call: GraphCall & { accessToken: string }, deps: GraphDeps): GraphCall {
  const { caller, path, accessToken } = call;
  const found = USERS_PATH.exec(path);
  if (found === null) return { caller, path };
  const mailbox = deps.users.byLogin(decodeURIComponent(found[1] ?? ''));
  const meant = { path: `/v1.0/me${found[2] ?? ''}` };
  if (caller === undefined) {
    const app = appToken(accessToken, deps.store);
    if (app === undefined) return { caller: undefined, ...meant };
    // Graph application permissions are for the whole directory.
    const isOurs = mailbox !== undefined && mailbox.tenantId === app.tenantId;
    return isOurs
      ? { caller: { user: mailbox, scopes: app.scopes }, ...meant }
      : denied(deps.users, meant.path);
  }
  // Another resource's token is refused for that, before anybody asks whose mailbox it is.
  if (!caller.scopes.some((scope) => resourceOf(scope) === GRAPH_RESOURCE)) return { caller, ...meant };
  if (mailbox?.login === caller.user.login) return { caller, ...meant };
  if (mailbox === undefined || !mayAct(caller.user.login, mailbox)) return denied(deps.users, meant.path);
  const shared = caller.scopes.filter((scope) => scope.endsWith('.Shared'));
  const scopes = shared.map((scope) => scope.slice(0, -'.Shared'.length));
  return scopes.length === 0
    ? denied(deps.users, meant.path)
    : { caller: { user: mailbox, scopes }, ...meant };
}

function appToken(value: string, store: TokenStore) {
  const token = store.findLiveAppToken(value);
  if (token === undefined || token.aud !== GRAPH_RESOURCE) return undefined;
  const { roles, tid } = token.extra ?? {};
  const names: unknown[] = Array.isArray(roles) ? roles : [];
  const scopes = names.map(
    (role) => `${GRAPH_RESOURCE}/${String(role).replace(/^User\.Read\.All$/, 'User.Read')}`,
  );
  // Without any role Graph still knows the token; it then refuses the mailbox, not the token.
  return { tenantId: tid, scopes: scopes.length > 0 ? scopes : [NO_PERMISSION] };
}

const NO_PERMISSION = `${GRAPH_RESOURCE}/none`;

/** A good token without the permission: the mail API answers that in its own words. */
function denied(users: UserDirectory, path: string): GraphCall {
  const [user]: (SandboxUser | undefined)[] = users.all();
  return { caller: user && { user, scopes: [NO_PERMISSION] }, path };
}
