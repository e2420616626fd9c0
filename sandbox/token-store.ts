// Where the OAuth engine keeps codes, tokens, grants and sessions: plain maps that never evict, because the engine's
// own store forgets after 1000 entries. Also knows what belongs to whom, so that a person can be revoked.
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { ClientRegistry } from './clients.ts';
import type { Rotation } from './types.ts';

export type TokenStore = ReturnType<typeof createTokenStore>;

type Subject = { accountId: string; clientId: string };

const SECRET_MODELS = new Set(['AccessToken', 'ClientCredentials', 'RefreshToken', 'AuthorizationCode']);

export function createTokenStore(deps: {
  clients: () => ClientRegistry;
  rotation: () => Rotation;
  remember: (secret: string) => void;
}) {
  const models = new Map<string, Map<string, AdapterPayload>>();
  const members = new Map<string, { model: string; id: string }[]>();
  const grantsOf = new Map<string, Set<string>>();
  const consents = new Map<string, Set<string>>();
  const revoked = new Set<string>();

  function table(model: string): Map<string, AdapterPayload> {
    let rows = models.get(model);
    if (rows === undefined) {
      rows = new Map();
      models.set(model, rows);
    }
    return rows;
  }

  function findByUid(model: string, uid: string) {
    return [...table(model).values()].find((payload) => payload.uid === uid);
  }

  function findLive(model: string, value: string) {
    const token = table(model).get(value);
    if (token?.exp === undefined || token.exp <= Date.now() / 1000) return undefined;
    return token;
  }

  function killTokens(grantId: string): void {
    for (const { model, id } of members.get(grantId) ?? []) {
      table(model).delete(id);
      if (model !== 'AccessToken') revoked.add(id);
    }
    members.delete(grantId);
  }

  function adapter(model: string): Adapter {
    return {
      async upsert(id, payload) {
        if (SECRET_MODELS.has(model)) {
          deps.remember(id);
          const { grantId } = payload;
          if (grantId !== undefined && !table(model).has(id)) {
            const list = members.get(grantId);
            if (list === undefined) members.set(grantId, [{ model, id }]);
            else list.push({ model, id });
          }
        }
        if (model === 'Grant') {
          const key = subjectKey(payload);
          grantsOf.set(key, (grantsOf.get(key) ?? new Set()).add(id));
        }
        table(model).set(id, payload);
      },
      async find(id) {
        return model === 'Client' ? deps.clients().metadata(id) : table(model).get(id);
      },
      async findByUid(uid) {
        return findByUid(model, uid);
      },
      async findByUserCode() {
        return undefined;
      },
      async consume(id) {
        // Lenient rotation is exactly this: the old refresh token is never marked as used.
        if (model === 'RefreshToken' && deps.rotation() !== 'strict') return;
        const payload = table(model).get(id);
        if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
      },
      async destroy(id) {
        table(model).delete(id);
      },
      async revokeByGrantId(grantId) {
        killTokens(grantId);
      },
    };
  }

  function revokeSubject(subject: Subject): void {
    const key = subjectKey(subject);
    for (const grantId of grantsOf.get(key) ?? []) {
      killTokens(grantId);
      table('Grant').delete(grantId);
    }
    grantsOf.delete(key);
    consents.delete(key);
  }

  return {
    adapter,
    /** The stored access or refresh token of that value. */
    findToken(value: string) {
      return table('RefreshToken').get(value) ?? table('AccessToken').get(value);
    },
    findRefreshToken: (value: string) => table('RefreshToken').get(value),
    /** An access token of a person that is neither expired nor revoked. */
    findLiveAccessToken: (value: string) => findLive('AccessToken', value),
    /** The same of a client that acts for itself. */
    findLiveAppToken: (value: string) => findLive('ClientCredentials', value),
    wasRevoked: (value: string) => revoked.has(value),
    /** What the person allowed this client at any time; a silent re-authorization may use it. */
    consentOf: (subject: Subject) => consents.get(subjectKey(subject)),
    rememberConsent(subject: Subject, scopes: Iterable<string>): void {
      const key = subjectKey(subject);
      consents.set(key, new Set([...(consents.get(key) ?? []), ...scopes]));
    },
    /**
     * Entra's consents add up: a refresh token serves whatever its person ever allowed the client, in whatever
     * authorization. Answers the scope that it has from now on.
     */
    widenToConsent(stored: AdapterPayload): string {
      const consented = [...(consents.get(subjectKey(stored)) ?? [])];
      const widened = (scope = '') =>
        [...new Set([...scope.split(' ').filter(Boolean), ...consented])].join(' ');
      stored.scope = widened(stored.scope);
      const grant = table('Grant').get(stored.grantId ?? '');
      const { openid } = grant ?? {};
      const isGranted = typeof openid === 'object' && openid !== null && 'scope' in openid;
      if (grant && isGranted) grant.openid = { ...openid, scope: widened(String(openid.scope)) };
      return stored.scope;
    },
    revokeSubject,
    revokeAccount(accountId: string): void {
      for (const key of new Set([...grantsOf.keys(), ...consents.keys()])) {
        const [owner, clientId] = key.split('\n');
        if (owner === accountId && clientId !== undefined) revokeSubject({ accountId, clientId });
      }
    },
    expireAccessTokens(accountId?: string): void {
      for (const token of [...table('AccessToken').values(), ...table('ClientCredentials').values()]) {
        if (accountId === undefined || token.accountId === accountId) {
          token.exp = Math.floor(Date.now() / 1000) - 1;
        }
      }
    },
    /** Lets another person take over a browser's session; the engine would show its log-out page instead. */
    switchSession(uid: string, accountId: string): void {
      const session = findByUid('Session', uid);
      if (session === undefined) return;
      session.accountId = accountId;
      delete session.authorizations;
    },
  };
}

function subjectKey({
  accountId,
  clientId,
}: {
  accountId?: string | undefined;
  clientId?: string | undefined;
}) {
  return `${accountId}\n${clientId}`;
}
