// Stand-ins at the ports towards providers and mail servers. What they do next is set by name: a test says
// `provider.refreshing = 'revoked'` and sees what a caller gets.
import type { createCore, Ports, ReasonCode, Transport } from '../../src/core/index.ts';
import { secret } from '../../src/core/index.ts';

type Given = Parameters<typeof createCore>[0];
type Provider = Given['providers']['google'];
type Finding = Awaited<ReturnType<Provider['examine']>>[number];
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
  exchanging: 'granting' | 'denied' | 'admin_needed' | 'client_refused' | 'without_refresh_token';
  refreshing: Refreshing;
  revoking: 'revoking' | 'unreachable';
  person: { email: string | null; subject: string; name: string; isManaged: boolean };
  /** Scopes that the person unticks. */
  unticked: string[];
  probing: ReasonCode;
  /** How a token without a sign-in is asked for in vain; null = it is issued. */
  mintRefusal: { kind: Failure['kind']; reason: ReasonCode } | null;
  /** What an examination finds. */
  findings: Finding[];
  /** What the operator holds outside of the database, by name. */
  references: Record<string, string>;
  /** Texts of the credentials that calls were authenticated with, in order. */
  authenticatedWith: string[];
  /** Mailboxes that examinations were to try with. */
  examinedWith: (string | null)[];
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
  admin_needed: ['grant', 'admin_consent_required'],
} as const satisfies Record<string, readonly [Failure['kind'], ReasonCode]>;

export const words = {
  httpStatus: 400,
  error: 'invalid_grant',
  suberror: null,
  description: 'Token has been expired or revoked.',
  errorCodes: [70000],
  traceId: null,
  correlationId: 'c0ffee',
};

const failed = (name: keyof typeof failures): { ok: false; failure: Failure } => ({
  ok: false,
  failure: {
    kind: failures[name][0],
    reason: failures[name][1],
    retryAfterSeconds: name === 'rate_limited' ? 6.2 : null,
    provider: words,
  },
});

const mailScope = 'https://mail.google.com/';
const apiScope = 'https://www.googleapis.com/auth/gmail.modify';
const sendScope = 'https://www.googleapis.com/auth/gmail.send';
const profileScopes = { full: mailScope, api: apiScope, send_only: sendScope } as const;

export function createBehaviour(): Behaviour {
  return {
    exchanging: 'granting',
    refreshing: 'rotating',
    revoking: 'revoking',
    person: { email: 'ada@example.com', subject: 'ada', name: 'Ada Lovelace', isManaged: true },
    unticked: [],
    probing: 'ok',
    mintRefusal: null,
    findings: [{ subject: 'credential', result: 'passed', reason: null, provider: null }],
    references: {},
    authenticatedWith: [],
    examinedWith: [],
    exchanges: 0,
    refreshes: 0,
  };
}

function transportsOf(granted: string, api: 'gmail_api' | 'graph'): Transport[] {
  if (granted.includes(mailScope)) return ['imap', 'smtp'];
  return granted.includes(apiScope) || granted.includes(sendScope) ? [api] : [];
}

export function createPorts(behaviour: Behaviour): Pick<Given, 'providers' | 'probes' | 'credentialSource'> {
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
    registrations: { authorization_code: ['secret'], jwt_bearer: ['service_account_key'] },
    readCredential: (kind, text) => {
      if (text.reveal().includes('torn')) return { ok: false, objection: 'cannot be read' };
      const isKeyFile = kind === 'service_account_key';
      return { ok: true, expiresAt: null, clientId: isKeyFile ? '110011' : null };
    },
    clouds: ['default'],
    tokenUrls: [],
    tokenHost: () => 'oauth.example.com',
    scopesFor: (_client, profile) => ['openid', 'email', profileScopes[profile]],
    missingScopes: (_client, profile, granted) =>
      [profileScopes[profile]].filter((scope) => !granted.includes(scope)),
    transports: (_client, granted) => transportsOf(granted, 'gmail_api'),
    opens: (_client, granted) => transportsOf(granted, 'gmail_api'),
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
    adminConsentUrl: null,
    readAdminConsent: () => null,
    async exchangeCode(_client, { scopes }) {
      behaviour.exchanges += 1;
      const { exchanging, person } = behaviour;
      if (exchanging === 'denied' || exchanging === 'client_refused' || exchanging === 'admin_needed') {
        return failed(exchanging);
      }
      return {
        ok: true,
        value: {
          tokens: issued(exchanging === 'granting', scopes),
          identity: { ...person, issuer: 'https://accounts.example.com', entraTenantId: null },
        },
      };
    },
    async refresh({ opened }, { scopes }) {
      behaviour.refreshes += 1;
      behaviour.authenticatedWith.push(opened.text.reveal());
      const { refreshing } = behaviour;
      if (refreshing === 'rotating') return { ok: true, value: issued(true, scopes) };
      if (refreshing === 'broken') throw new Error('secret-looking cause: refresh-token-1');
      return failed(refreshing);
    },
    async mint({ opened }, { scopes }) {
      behaviour.authenticatedWith.push(opened.text.reveal());
      const { mintRefusal } = behaviour;
      if (mintRefusal)
        return { ok: false, failure: { ...mintRefusal, retryAfterSeconds: null, provider: words } };
      return { ok: true, value: issued(false, scopes) };
    },
    async examine(_client, { email }) {
      behaviour.examinedWith.push(email);
      return behaviour.findings;
    },
    addresses: async () => [],
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
  const microsoft: Provider = {
    ...google,
    name: 'microsoft',
    registrations: {
      authorization_code: ['secret', 'certificate'],
      client_credentials: ['secret', 'certificate'],
    },
    transports: (_client, granted) => transportsOf(granted, 'graph'),
    opens: (_client, granted) => transportsOf(granted, 'graph'),
    resourceOf: (_client, name) => (name === 'gmail_api' ? null : mailScope),
    adminConsentUrl: (_client, { state }) =>
      `https://accounts.example.com/adminconsent?${new URLSearchParams({ state })}`,
    readAdminConsent: (parameters) =>
      parameters.get('admin_consent') === 'True' ? { isGranted: true, entraTenantId: null } : null,
    revoke: null,
  };
  return {
    providers: { google, microsoft },
    probes: { imap: probe, smtp: probe, gmail_api: probe, graph: probe },
    credentialSource: {
      async read(reference) {
        const held = behaviour.references[reference];
        if (held === undefined) throw new Error('is not declared by the operator');
        return secret(held);
      },
    },
  };
}
