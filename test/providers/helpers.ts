// Servers and values that the provider tests share: programmable HTTP servers named by behaviour, a clock, an
// OAuth client, and a key pair that signs ID tokens.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { CredentialKind } from '../../src/core/client-credentials.ts';
import type { ProviderName } from '../../src/core/oauth-clients.ts';
import type { AuthenticatedClient } from '../../src/core/ports.ts';
import { secret } from '../../src/core/secret.ts';

export const systemClock = { now: () => Date.now() };

export type TestServer = {
  origin: string;
  requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  close(): Promise<void>;
};

export type Respond = (response: ServerResponse, request: { url: string; body: string }) => void;

/** Any HTTP behaviour on a free loopback port. */
export const startServer = async (respond: Respond): Promise<TestServer> => {
  const requests: TestServer['requests'] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers, body });
    respond(response, { url, body });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${portOf(server)}`,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Respond => {
  const text = JSON.stringify(body);
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
};

export const html = (status: number): Respond => {
  const page = '<!doctype html><title>Bad gateway</title>';
  return (response) => response.writeHead(status, { 'content-type': 'text/html' }).end(page);
};

/** Takes the request and never answers. */
export const hanging: Respond = () => {};

/** With its credential opened. */
export const oauthClient = (
  provider: ProviderName,
  changes: Partial<AuthenticatedClient> = {},
): AuthenticatedClient => ({
  id: '01900000-0000-7000-8000-000000000001',
  workspaceId: null,
  provider,
  name: 'test',
  clientId: 'client-1',
  grantType: 'authorization_code',
  credential: { kind: 'secret', held: secret('the-client-secret'), expiresAt: null, addedAt: 0 },
  opened: { kind: 'secret', text: secret('the-client-secret') },
  nextCredential: null,
  expiryWarnedDays: null,
  cloud: provider === 'google' ? 'default' : 'global',
  entraTenant: provider === 'google' ? null : 'common',
  personalAccounts: true,
  extraScopes: [],
  customersMayUse: false,
  examination: null,
  dialects: {},
  status: 'active',
  pausedReason: null,
  pausedAt: null,
  pausedWords: null,
  createdAt: 0,
  updatedAt: 0,
  deletedAt: null,
  ...changes,
});

/** What a call is authenticated with, in place of the usual secret. */
export const openedWith = (kind: CredentialKind, text: string): Pick<AuthenticatedClient, 'opened'> => ({
  opened: { kind, text: secret(text) },
});

/** A signing key and the key endpoint's answer for it. */
export const createSigner = async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  return {
    keySet: { keys: [jwk] },
    sign: (claims: JWTPayload, header: Record<string, string> = {}): Promise<string> =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(privateKey),
  };
};

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

export const portOf = (server: Server): number => {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the server does not listen on a port');
  return address.port;
};
