// Every setting: the name of its environment variable, its meaning, its default. docs/configuration.md is written from
// this table; reading and checking the values is config.ts's.
import type { Setting, SettingKey } from './config.ts';

export const settingsTable = {
  host: { name: 'MAILGRANT_HOST', meaning: 'Address to listen on.', fallback: '127.0.0.1' },
  port: { name: 'MAILGRANT_PORT', meaning: 'Port to listen on; 0 = any free one.', fallback: '8025' },
  publicUrl: {
    name: 'MAILGRANT_PUBLIC_URL',
    meaning:
      'Origin under which browsers reach this server. Must be https, except on the loopback interface.',
    fallback: 'http://127.0.0.1:<port>',
  },
  databaseUrl: {
    name: 'MAILGRANT_DATABASE_URL',
    meaning:
      'PostgreSQL as `postgres://user:password@host/database`. Without it: SQLite in the data directory.',
    fallback: '',
  },
  databasePoolSize: {
    name: 'MAILGRANT_DATABASE_POOL_SIZE',
    meaning: 'Most connections to PostgreSQL, 1 to 200.',
    fallback: '10',
  },
  dataDir: {
    name: 'MAILGRANT_DATA_DIR',
    meaning: 'Directory of the SQLite database and the keyring file.',
    fallback: './data',
  },
  keyring: {
    name: 'MAILGRANT_KEYRING',
    meaning:
      'Keys that seal secrets, one a line or separated by commas, each `id:base64 of 32 bytes`; the first one seals, all of them open. Without it: the file `keyring` in the data directory. No key, no start.',
    fallback: '',
  },
  endpoints: {
    name: 'MAILGRANT_ENDPOINTS_FILE',
    meaning:
      'JSON file that replaces entries of the endpoint table; see endpoints.md. Announced loudly at every start.',
    fallback: '',
  },
  logLevel: {
    name: 'MAILGRANT_LOG_LEVEL',
    meaning: '`debug`, `info`, `warn`, `error` or `silent`.',
    fallback: 'info',
  },
  trustProxy: {
    name: 'MAILGRANT_TRUST_PROXY',
    meaning:
      'Addresses or networks of reverse proxies, separated by commas, whose `X-Forwarded-*` headers are believed.',
    fallback: '',
  },
  dnsServers: {
    name: 'MAILGRANT_DNS_SERVERS',
    meaning:
      'DNS servers for the look-up of MX, SPF, DKIM and DMARC, separated by commas, each an address with an optional port. Without it: those of the machine.',
    fallback: '',
  },
  surfaces: {
    name: 'MAILGRANT_SURFACES',
    meaning:
      'Which compatible APIs are served beside the native one: `all`, `none`, or names separated by commas (docs/surfaces/ has a page for each).',
    fallback: 'all',
  },
  jobs: {
    name: 'MAILGRANT_JOBS',
    meaning: '`on` or `off`: whether this process does the work that falls due by itself.',
    fallback: 'on',
  },
  processes: {
    name: 'MAILGRANT_PROCESSES',
    meaning:
      'How many processes serve behind the one port, 1 to 128, or `auto`: one for each processor. More than one needs PostgreSQL. `mailgrant serve --processes` goes before it. Each process has a pool of database connections of its own.',
    fallback: '1',
  },
  drainSeconds: {
    name: 'MAILGRANT_DRAIN_SECONDS',
    meaning:
      'After SIGTERM, /readyz says 503 at once, and requests are still taken for this long, 0 to 300: the time that a load balancer needs to notice. 0 where none stands in front. SIGINT does not wait.',
    fallback: '5',
  },
  metrics: {
    name: 'MAILGRANT_METRICS',
    meaning:
      '`on` or `off`: whether GET /metrics (Prometheus) is served beside the API, where it needs `MAILGRANT_METRICS_TOKEN`. See operations/observability.md.',
    fallback: 'off',
  },
  metricsPort: {
    name: 'MAILGRANT_METRICS_PORT',
    meaning:
      'A port of its own for GET /metrics, which nothing else is served on; 0 = any free one. Without it: none.',
    fallback: '',
  },
  metricsHost: {
    name: 'MAILGRANT_METRICS_HOST',
    meaning:
      'Address that `MAILGRANT_METRICS_PORT` is on. Metrics hold no secret and no address of a mailbox, but tell how much goes on.',
    fallback: '127.0.0.1',
  },
  metricsToken: {
    name: 'MAILGRANT_METRICS_TOKEN',
    meaning:
      'Whoever scrapes must send it as `Authorization: Bearer ...`; 16 to 512 characters. On the port of its own it may be left out.',
    fallback: '',
  },
  connectSessionSeconds: {
    name: 'MAILGRANT_CONNECT_SESSION_SECONDS',
    meaning: 'Life of a connect session, 60 to 86400.',
    fallback: '600',
  },
  providerTimeoutSeconds: {
    name: 'MAILGRANT_PROVIDER_TIMEOUT_SECONDS',
    meaning: 'Longest call to an authorization server, 1 to 60; at most three quarters of the lease.',
    fallback: '8',
  },
  leaseSeconds: {
    name: 'MAILGRANT_LEASE_SECONDS',
    meaning:
      'Time for which one process has the right to refresh a grant, 2 to 120. A process that dies in mid-call costs this time.',
    fallback: '20',
  },
  tokenReadTimeoutSeconds: {
    name: 'MAILGRANT_TOKEN_READ_TIMEOUT_SECONDS',
    meaning: "Longest wait of a token read for another process's refresh, 1 to 120; longer than the lease.",
    fallback: '30',
  },
  probeTimeoutSeconds: {
    name: 'MAILGRANT_PROBE_TIMEOUT_SECONDS',
    meaning: 'Longest proof of one transport, 1 to 60.',
    fallback: '8',
  },
  keepAliveSeconds: {
    name: 'MAILGRANT_KEEP_ALIVE_SECONDS',
    meaning:
      'A grant is refreshed at least this often, 3600 to 5184000 (60 days), so that the provider does not let it lapse.',
    fallback: '604800',
  },
  warmSeconds: {
    name: 'MAILGRANT_WARM_SECONDS',
    meaning:
      'A mailbox whose access token was read within this time gets a new one before the old one ends, so that no reader waits, 0 to 604800 (7 days); 0 = readers wait.',
    fallback: '21600',
  },
  cacheEntriesMax: {
    name: 'MAILGRANT_CACHE_ENTRIES',
    meaning:
      'Mailboxes whose access tokens a process keeps in memory, 0 to 10000000; 0 = every read asks the database.',
    fallback: '100000',
  },
  cacheMegabytesMax: {
    name: 'MAILGRANT_CACHE_MEGABYTES',
    meaning: 'How much memory these may take, by estimate, 0 to 65536.',
    fallback: '96',
  },
  tokenUsesDays: {
    name: 'MAILGRANT_TOKEN_USES_DAYS',
    meaning:
      'How many days it is kept which API key read the tokens of which mailbox, how often, in which minute, 1 to 3650.',
    fallback: '30',
  },
  auditDays: {
    name: 'MAILGRANT_AUDIT_DAYS',
    meaning: 'How many days the audit log is kept, 30 to 3650.',
    fallback: '400',
  },
  eventsDays: {
    name: 'MAILGRANT_EVENTS_DAYS',
    meaning: 'How many days events are kept, 1 to 3650.',
    fallback: '400',
  },
  connectSessionHours: {
    name: 'MAILGRANT_CONNECT_SESSION_HOURS',
    meaning: 'How many hours a connect session can be read after it has expired, 1 to 8760.',
    fallback: '24',
  },
  reconnectLinkSeconds: {
    name: 'MAILGRANT_RECONNECT_LINK_SECONDS',
    meaning: 'Life of a reconnect link, 600 to 2592000.',
    fallback: '604800',
  },
  adminConsentSeconds: {
    name: 'MAILGRANT_ADMIN_CONSENT_SECONDS',
    meaning:
      'How long a connect session waits for the approval of an administrator, and the life of the link for them, 3600 to 2592000.',
    fallback: '604800',
  },
  directAuthUrl: {
    name: 'MAILGRANT_DIRECT_AUTH_URL',
    meaning:
      "`on` or `off`: whether `auth_url` of Instantly's dialect is the provider's own address instead of our page. For programs that drive the provider's page by themselves. Nobody is told who asks, and no browser is bound: whoever is sent such an address may connect a mailbox to the workspace that made it. Announced at every start.",
    fallback: 'off',
  },
  initWorkspaceMinuteMax: {
    name: 'MAILGRANT_INIT_WORKSPACE_PER_MINUTE',
    meaning:
      'Sign-ins that one workspace may begin in a minute through a compatible API with such a limit, each provider by itself, 1 to 100000.',
    fallback: '75',
  },
  initAddressMinuteMax: {
    name: 'MAILGRANT_INIT_ADDRESS_PER_MINUTE',
    meaning: 'The same for one IP address (IPv6: one network of 64 bits), 1 to 100000.',
    fallback: '150',
  },
  abuseRefusalsMax: {
    name: 'MAILGRANT_ABUSE_REFUSALS',
    meaning:
      'With this many attempts refused by those two limits within the abuse window, the address is blocked, 1 to 100000.',
    fallback: '100',
  },
  abuseWindowSeconds: {
    name: 'MAILGRANT_ABUSE_WINDOW_SECONDS',
    meaning: 'Length of the abuse window, 60 to 86400.',
    fallback: '600',
  },
  blockSeconds: {
    name: 'MAILGRANT_BLOCK_SECONDS',
    meaning:
      'Lengths of the first, second, third ... block of an address, separated by commas, each 1 to 2592000; the last one repeats.',
    fallback: '1800,7200,86400',
  },
  blockMemorySeconds: {
    name: 'MAILGRANT_BLOCK_MEMORY_SECONDS',
    meaning: 'How long after its end a block still makes the next one longer, 0 to 2592000.',
    fallback: '86400',
  },
  workspaceSecondMax: {
    name: 'MAILGRANT_WORKSPACE_PER_SECOND',
    meaning: 'Requests of one workspace in a second to a compatible API with such a limit, 1 to 1000000.',
    fallback: '100',
  },
  workspaceMinuteMax: {
    name: 'MAILGRANT_WORKSPACE_PER_MINUTE',
    meaning: 'The same in a minute, 1 to 1000000.',
    fallback: '6000',
  },
  consoleSessionSeconds: {
    name: 'MAILGRANT_CONSOLE_SESSION_SECONDS',
    meaning: 'Longest life of a sign-in to the console, 300 to 604800 (7 days).',
    fallback: '43200',
  },
  consoleIdleSeconds: {
    name: 'MAILGRANT_CONSOLE_IDLE_SECONDS',
    meaning:
      'A sign-in to the console that nobody used for so long is over, 300 to 604800. A console that is open in a browser asks by itself, and so counts as used.',
    fallback: '7200',
  },
  consoleSignInMinuteMax: {
    name: 'MAILGRANT_CONSOLE_SIGN_INS_PER_MINUTE',
    meaning:
      'Attempts of one IP address (IPv6: one network of 64 bits) to sign in to the console in a minute, 1 to 100000. Refused ones lead to blocks, as above.',
    fallback: '20',
  },
  webhookHttp: {
    name: 'MAILGRANT_WEBHOOK_HTTP',
    meaning:
      '`on` or `off`: whether webhooks may be sent to `http` URLs and to ports other than 443. For tests and networks of your own: whoever listens on the way reads what is sent.',
    fallback: 'off',
  },
  webhookNetworks: {
    name: 'MAILGRANT_WEBHOOK_NETWORKS',
    meaning:
      'Networks to which webhooks may be sent although their addresses are not public, separated by commas, as `10.20.0.0/16` or `fd12::/32`. Whoever may create a webhook endpoint can then reach what listens there.',
    fallback: '',
  },
  webhookTimeoutSeconds: {
    name: 'MAILGRANT_WEBHOOK_TIMEOUT_SECONDS',
    meaning: 'Longest wait for the answer to a webhook, 1 to 30.',
    fallback: '20',
  },
  webhookCallsMax: {
    name: 'MAILGRANT_WEBHOOK_CALLS',
    meaning: 'Webhooks that a process has under way at once, 1 to 1000; at most 8 of them to one endpoint.',
    fallback: '64',
  },
  webhookDeliveriesDays: {
    name: 'MAILGRANT_WEBHOOK_DELIVERIES_DAYS',
    meaning:
      'How many days a webhook delivery that is over is kept with its attempts, also one that was given up, 1 to 3650.',
    fallback: '30',
  },
  consoleOidcIssuer: {
    name: 'MAILGRANT_CONSOLE_OIDC_ISSUER',
    meaning:
      'Issuer of an OpenID Connect server by which people sign in to the console, beside API keys; docs/console.md tells how. Without it: API keys alone.',
    fallback: '',
  },
  consoleOidcClientId: {
    name: 'MAILGRANT_CONSOLE_OIDC_CLIENT_ID',
    meaning:
      'The registration of this server there, with the redirect URI `<public URL>/console/oidc/callback`.',
    fallback: '',
  },
  consoleOidcClientSecret: {
    name: 'MAILGRANT_CONSOLE_OIDC_CLIENT_SECRET',
    meaning: 'Its secret; without one it is a public client.',
    fallback: '',
  },
  consoleOidcAllowed: {
    name: 'MAILGRANT_CONSOLE_OIDC_ALLOWED',
    meaning:
      'Who is let in, separated by commas: verified addresses (`ada@example.com`), all of a domain (`@example.com`), or a claim with a value (`groups=mailgrant-admins`). They act for the whole installation.',
    fallback: '',
  },
  consoleOidcScopes: {
    name: 'MAILGRANT_CONSOLE_OIDC_SCOPES',
    meaning: 'What they may do: scopes of an API key, separated by commas.',
    fallback: 'all,workspaces:manage,installation:read,installation:update',
  },
  consoleOidcRequest: {
    name: 'MAILGRANT_CONSOLE_OIDC_REQUEST',
    meaning:
      'What is asked of the OpenID Connect server, separated by spaces. Some give groups only to those who ask for `groups`.',
    fallback: 'openid email profile',
  },
  consoleOidcLabel: {
    name: 'MAILGRANT_CONSOLE_OIDC_LABEL',
    meaning: 'What the button says.',
    fallback: 'Single sign-on',
  },
  breakerFailuresMax: {
    name: 'MAILGRANT_BREAKER_FAILURES',
    meaning:
      'With this many calls to the authorization server of a provider, or with one OAuth client, failing in a row within the window (no answer, 429, 5xx), nobody is sent there for a while, 1 to 1000.',
    fallback: '10',
  },
  breakerWindowSeconds: {
    name: 'MAILGRANT_BREAKER_WINDOW_SECONDS',
    meaning: 'Length of that window, 1 to 3600.',
    fallback: '60',
  },
  breakerOpenSeconds: {
    name: 'MAILGRANT_BREAKER_OPEN_SECONDS',
    meaning:
      'How long that while is, 1 to 3600. After it one call goes out as a probe; each time that one fails, the while is twice as long. Up to 600 by that or if the provider names a time.',
    fallback: '30',
  },
  providerCallsMax: {
    name: 'MAILGRANT_PROVIDER_CALLS',
    meaning:
      'Calls to the authorization servers of one provider that a process has under way at once, 1 to 10000. Of this and the next three, work that nobody waits for uses half.',
    fallback: '200',
  },
  hostCallsMax: {
    name: 'MAILGRANT_HOST_CALLS',
    meaning: 'The same for one host: each national cloud has its own, 1 to 10000.',
    fallback: '150',
  },
  clientCallsMax: {
    name: 'MAILGRANT_CLIENT_CALLS',
    meaning: 'The same for one OAuth client, 1 to 10000.',
    fallback: '100',
  },
  clientStartsSecondMax: {
    name: 'MAILGRANT_CLIENT_CALLS_PER_SECOND',
    meaning: 'Calls that a process begins in a second with one OAuth client, 1 to 100000.',
    fallback: '2000',
  },
  providerCallsWaitingMax: {
    name: 'MAILGRANT_PROVIDER_CALLS_WAITING',
    meaning:
      'Calls that may wait in a process until these budgets have room, for up to ten seconds, 0 to 100000; one more is answered with 503 and `Retry-After`.',
    fallback: '1000',
  },
} as const satisfies Record<SettingKey, Setting>;
