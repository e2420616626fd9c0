// Stand-ins at the ports towards providers and mail servers. What they do next is set by name: a test says
// `provider.refreshing = 'revoked'` and sees what a caller gets.
import type { Ports, ReasonCode } from '../../src/core/index.ts';
import { secret } from '../../src/core/index.ts';

type Providers = Ports['providers'];
type Provider = Providers['google'];
type Failure = Extract<Awaited<ReturnType<Provider['refresh']>>, { ok: false }>['failure'];

export type Refreshing =
  | 'rotating'
  | 'revoked'
  | 'unreachable'
  | 'rate_limited'
  | 'unreadable'
  | 'client_refused'
  | 'broken';

export type Behaviour = {
  exchanging: 'granting' | 'denied' | 'client_refused' | 'without_refresh_token';
  refreshing: Refreshing;
  revoking: 'revoking' | 'unreachable';
  person: { email: string | null; subject: string; name: string; isManaged: boolean };
  /** Scopes that the person unticks. */
  unticked: string[];
  probing: ReasonCode;
  /** How often a code was redeemed. */
  exchanges: number;
  /** How often the token endpoint was asked to refresh. */
  refreshes: number;
};

const failures = {
  revoked: ['grant', 'grant_revoked'],
  unreachable: ['transient', 'provider_unavailable'],
  rate_limited: ['transient', 'provider_rate_limited'],
  unreadable: ['transient', 'provider_answer_unreadable'],
  client_refused: ['oauth_client', 'client_secret_expired'],
  denied: ['grant', 'access_denied'],
} as const satisfies Record<string, readonly [Failure['kind'], ReasonCode]>;

const failed = (name: keyof typeof failures): { ok: false; failure: Failure } => ({
  ok: false,
  failure: {
    kind: failures[name][0],
    reason: failures[name][1],
    retryAfterSeconds: name === 'rate_limited' ? 6.2 : null,
    provider: {
      httpStatus: 400,
      error: 'invalid_grant',
      suberror: null,
      description: 'Token has been expired or revoked.',
      errorCodes: [70000],
      traceId: null,
      correlationId: 'c0ffee',
    },
  },
});

const mailScope = 'https://mail.google.com/';
const apiScope = 'https://www.googleapis.com/auth/gmail.modify';

export function createBehaviour(): Behaviour {
  return {
    exchanging: 'granting',
    refreshing: 'rotating',
    revoking: 'revoking',
    person: { email: 'ada@example.com', subject: 'ada', name: 'Ada Lovelace', isManaged: true },
    unticked: [],
    probing: 'ok',
    exchanges: 0,
    refreshes: 0,
  };
}

export function createPorts(behaviour: Behaviour): Pick<Ports, 'providers' | 'probes'> {
  let serial = 0;
  const issued = (refresh: boolean, scopes: readonly string[]) => {
    serial += 1;
    return {
      accessToken: secret(`access-token-${serial}`),
      refreshToken: refresh ? secret(`refresh-token-${serial}`) : null,
      expiresInSeconds: 3600,
      refreshTokenExpiresInSeconds: null,
      scope: scopes.filter((scope) => !behaviour.unticked.includes(scope)).join(' '),
    };
  };

  const google: Provider = {
    name: 'google',
    clouds: ['default'],
    tokenUrls: [],
    scopesFor: (_client, profile) => ['openid', 'email', profile === 'full' ? mailScope : apiScope],
    missingScopes: (_client, profile, granted) =>
      [profile === 'full' ? mailScope : apiScope].filter((scope) => !granted.includes(scope)),
    transports: (_client, granted) => {
      if (granted.includes(mailScope)) return ['imap', 'smtp'];
      return granted.includes(apiScope) ? ['gmail_api'] : [];
    },
    target: (_client, transport) =>
      transport === 'imap' || transport === 'smtp'
        ? { transport, server: { host: `${transport}.example.com`, port: 993, tls: 'implicit' } }
        : { transport, baseUrl: 'https://mail-api.example.com/v1' },
    resourceOf: (_client, name) => (name === 'graph' || name.startsWith('https://other') ? null : mailScope),
    primaryResource: () => mailScope,
    scopesOfResource: (_client, _resource, granted) => granted.split(' ').filter((scope) => scope !== ''),
    resourcesOf: (_client, scope) => (scope.trim() === '' ? [] : [mailScope]),
    authorizationUrl: (_client, { state, redirectUri, codeChallenge, nonce }) =>
      `https://accounts.example.com/authorize?${new URLSearchParams({ state, redirectUri, codeChallenge, nonce })}`,
    async exchangeCode(_client, { scopes }) {
      behaviour.exchanges += 1;
      const { exchanging, person } = behaviour;
      if (exchanging === 'denied' || exchanging === 'client_refused') return failed(exchanging);
      return {
        ok: true,
        value: {
          tokens: issued(exchanging === 'granting', scopes),
          identity: { ...person, issuer: 'https://accounts.example.com', entraTenantId: null },
        },
      };
    },
    async refresh(_client, { scopes }) {
      behaviour.refreshes += 1;
      const { refreshing } = behaviour;
      if (refreshing === 'rotating') return { ok: true, value: issued(true, scopes) };
      if (refreshing === 'broken') throw new Error('secret-looking cause: refresh-token-1');
      return failed(refreshing);
    },
    identify: async () => ({
      ok: true,
      value: { ...behaviour.person, issuer: 'https://accounts.example.com', entraTenantId: null },
    }),
    revoke: async () =>
      behaviour.revoking === 'revoking' ? { ok: true, value: null } : failed('unreachable'),
  };

  const probe: Ports['probes']['imap'] = async ({ transport }) => ({
    transport,
    ok: behaviour.probing === 'ok',
    reason: behaviour.probing,
    detail: behaviour.probing === 'ok' ? null : 'NO [AUTHORIZATIONFAILED] closed',
    durationMilliseconds: 12,
  });
  return {
    providers: { google, microsoft: { ...google, name: 'microsoft', revoke: null } },
    probes: { imap: probe, smtp: probe, gmail_api: probe, graph: probe },
  };
}
