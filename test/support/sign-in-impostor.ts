// An OpenID Connect server whose ID tokens are not what they should be, each in a way of its own by name. `sound` is the
// control: with it the same way lets somebody in.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';

export type Forgery =
  | 'sound'
  | 'other_key'
  | 'unsigned'
  | 'other_audience'
  | 'other_issuer'
  | 'expired'
  | 'shared_secret';

export type Impostor = { issuer: string; forging: Forgery; close(): Promise<void> };

export const impostorClient = { id: 'console', secret: 'a-secret-that-is-long-enough-for-hs256' };

export async function startImpostor(): Promise<Impostor> {
  const [own, other] = [await generateKeyPair('RS256'), await generateKeyPair('RS256')];
  const published = { ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' };
  let nonce = '';
  const impostor: Impostor = { issuer: '', forging: 'sound', close: async () => {} };

  async function idToken(): Promise<string> {
    const { forging, issuer } = impostor;
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: forging === 'other_issuer' ? 'https://elsewhere.example' : issuer,
      aud: forging === 'other_audience' ? 'another' : impostorClient.id,
      sub: 'ada',
      email: 'ada@ops.example',
      email_verified: true,
      nonce,
      iat: now - 7200,
      exp: forging === 'expired' ? now - 3600 : now + 3600,
    };
    if (forging === 'unsigned') return new UnsecuredJWT(claims).encode();
    if (forging === 'shared_secret') {
      const key = new TextEncoder().encode(impostorClient.secret);
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'own' }).sign(key);
    }
    const { privateKey } = forging === 'other_key' ? other : own;
    return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'own' }).sign(privateKey);
  }

  async function answer({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(url, impostor.issuer);
    const json = (body: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (pathname === '/authorize') {
      nonce = searchParams.get('nonce') ?? '';
      const back = new URL(searchParams.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({ code: 'x', state: searchParams.get('state') ?? '' }).toString();
      return void response.writeHead(302, { location: back.href }).end();
    }
    if (pathname === '/keys') return void json({ keys: [published] });
    if (pathname === '/token') {
      return void json({ access_token: 'a', token_type: 'Bearer', id_token: await idToken() });
    }
    json({
      issuer: impostor.issuer,
      authorization_endpoint: `${impostor.issuer}/authorize`,
      token_endpoint: `${impostor.issuer}/token`,
      jwks_uri: `${impostor.issuer}/keys`,
    });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  impostor.issuer = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  impostor.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return impostor;
}
