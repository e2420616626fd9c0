// Whole grants without a browser, for load and for tests that are not about connecting.
import type { Dialect } from './dialect.ts';
import { splitScope } from './dialect.ts';
import type { Engine } from './engine.ts';
import type { TokenStore } from './token-store.ts';
import type { MintedGrant, MintRequest, Settings } from './types.ts';
import type { UserDirectory } from './users.ts';

const COUNT_MAX = 100_000;

export type MintDeps = {
  dialect: Dialect;
  engine: Engine;
  store: TokenStore;
  users: UserDirectory;
  settings: Settings;
  clientId: string;
};

export async function mintGrants(request: MintRequest, deps: MintDeps): Promise<MintedGrant[]> {
  const { dialect, engine, store, users, settings } = deps;
  const { Client, Grant, RefreshToken, AccessToken } = engine.provider;
  const count = request.count ?? 1;
  if (!Number.isInteger(count) || count < 1 || count > COUNT_MAX)
    throw new Error(`count must be 1 to ${COUNT_MAX}`);
  const user = users.byLogin(request.login);
  const client = await Client.find(request.clientId ?? deps.clientId);
  if (user === undefined || user.kind === 'shared' || client === undefined)
    throw new Error('unknown user or client');
  const prepared = dialect.prepareAuthorize(new URLSearchParams({ scope: request.scope }), {
    action: 'authorize',
  });
  if (!('query' in prepared)) throw new Error(prepared.detail);
  const scope = prepared.query.get('scope') ?? '';
  const subject = { accountId: user.id, clientId: client.clientId };
  store.rememberConsent(subject, splitScope(scope));

  const minted: MintedGrant[] = [];
  for (let index = 0; index < count; index += 1) {
    const grant = new Grant(subject);
    grant.addOIDCScope(scope);
    const grantId = await grant.save();
    const common = { accountId: user.id, client, grantId, gty: 'authorization_code' };
    const refreshToken = await new RefreshToken({ ...common, scope, rotations: 0 }).save();
    const access = new AccessToken({ ...common, scope });
    const accessToken = await access.save();
    const answer = dialect.shapeTokenAnswer({ scope: access.scope ?? '' }, { refresh: false, settings });
    minted.push({
      accessToken,
      refreshToken,
      scope: answer.scope ?? '',
      expiresInSeconds: settings.accessTokenTtlSeconds,
    });
  }
  return minted;
}
