// An operator's OpenID Connect server on loopback: the certified engine, whose people sign in by pressing nothing. Who
// does next is set by name; another page of it says no.
import { createServer, type Server } from 'node:http';
import { Provider } from 'oidc-provider';

export type Person = {
  sub: string;
  email?: string;
  email_verified?: boolean;
  groups?: string[];
  name?: string;
};

export type OperatorServer = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Whoever sits before the browser; null = cancels. */
  person: Person | null;
  close(): Promise<void>;
};

export async function startOperatorServer(redirectUri: string): Promise<OperatorServer> {
  let handle: Parameters<typeof createServer>[1] = () => {};
  const server: Server = createServer((request, response) => handle?.(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const people = new Map<string, Person>();
  const operator: OperatorServer = {
    issuer,
    clientId: 'mailgrant-console',
    clientSecret: 'a secret: with / what must be %-encoded',
    person: null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const provider = new Provider(issuer, {
    clients: [
      { client_id: operator.clientId, client_secret: operator.clientSecret, redirect_uris: [redirectUri] },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    scopes: ['openid', 'email', 'profile', 'groups'],
    cookies: { keys: ['of tests'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/sign-in/${uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ ...people.get(id), sub: id }) }),
    // Whoever signs in has agreed.
    async loadExistingGrant({ oidc }) {
      const accountId = oidc.session?.accountId;
      if (!accountId) return undefined;
      const grant = new oidc.provider.Grant({ accountId, clientId: operator.clientId });
      grant.addOIDCScope('openid email profile groups');
      await grant.save();
      return grant;
    },
  });
  const engine = provider.callback();
  handle = (request, response) => {
    if (!request.url?.startsWith('/sign-in/')) return void engine(request, response);
    const { person } = operator;
    if (person) people.set(person.sub, person);
    const result = person ? { login: { accountId: person.sub } } : { error: 'access_denied' };
    provider
      .interactionFinished(request, response, result, { mergeWithLastSubmission: false })
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  };
  return operator;
}
