// What the sandbox tests share: a client that speaks to either provider as a confidential web client would.
import { createHash, randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { approve, type Choice } from '../../sandbox/end-user.ts';
import {
  type Sandbox,
  type SandboxProvider,
  type StartSandboxOptions,
  startSandbox,
} from '../../sandbox/index.ts';

export const REDIRECT_URI = 'http://127.0.0.1:9/callback';
export const OUTLOOK_IMAP = 'https://outlook.office.com/IMAP.AccessAsUser.All';
export const OUTLOOK_SMTP = 'https://outlook.office.com/SMTP.Send';
export const GRAPH_READ = 'https://graph.microsoft.com/Mail.Read';
export const GRAPH_USER = 'https://graph.microsoft.com/User.Read';
export const GMAIL = 'https://mail.google.com/';

export const DEFAULT_SCOPE = {
  google: `openid email profile ${GMAIL}`,
  microsoft: `openid email profile offline_access ${OUTLOOK_IMAP} ${OUTLOOK_SMTP}`,
} as const satisfies Record<SandboxProvider, string>;

export const DEFAULT_LOGIN = { google: 'alice@gmail.test', microsoft: 'erin@contoso.test' } as const;

export type Answer = { status: number; body: Record<string, unknown>; headers: Headers };

/** A sandbox without mail servers that ends with its test. */
export async function sandboxFor(t: TestContext, options: StartSandboxOptions = { mail: 'none' }) {
  const sandbox = await startSandbox(options);
  t.after(() => sandbox.close());
  sandbox.google.addRedirectUri(REDIRECT_URI);
  sandbox.microsoft.addRedirectUri(REDIRECT_URI);
  return sandbox;
}

export function clientOf(sandbox: Sandbox, provider: SandboxProvider) {
  const server = sandbox[provider];
  const { clientId, clientSecret } = server.clients.confidential;
  const verifier = randomBytes(32).toString('base64url');
  const tokenUrl = `${server.origin}${provider === 'google' ? '/token' : '/common/oauth2/v2.0/token'}`;

  function authorizeUrl(extra: Record<string, string | undefined> = {}, tenant = 'common'): string {
    const path = provider === 'google' ? '/o/oauth2/v2/auth' : `/${tenant}/oauth2/v2.0/authorize`;
    const query = new URLSearchParams();
    const parameters = {
      client_id: clientId,
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope: DEFAULT_SCOPE[provider],
      state: 'the-state',
      nonce: 'the-nonce',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      access_type: provider === 'google' ? 'offline' : undefined,
      ...extra,
    };
    for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
    return `${server.origin}${path}?${query}`;
  }

  async function token(form: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
    return postForm(tokenUrl, { client_id: clientId, client_secret: clientSecret, ...form }, signal);
  }

  return {
    tokenUrl,
    authorizeUrl,
    token,
    /** Plays the person and returns the query of the callback. */
    async authorize(choice: Partial<Choice> = {}, extra: Record<string, string | undefined> = {}) {
      const outcome = await approve(authorizeUrl(extra), {
        login: DEFAULT_LOGIN[provider],
        ...choice,
        stopBeforeCallback: true,
      });
      return { ...outcome, query: new URL(outcome.callbackUrl || 'http://none').searchParams };
    },
    exchange: (code: string | null, extra: Record<string, string> = {}) =>
      token({
        grant_type: 'authorization_code',
        code: code ?? '',
        redirect_uri: REDIRECT_URI,
        code_verifier: verifier,
        ...extra,
      }),
    refresh: (refreshToken: unknown, extra: Record<string, string> = {}, signal?: AbortSignal) =>
      token({ grant_type: 'refresh_token', refresh_token: String(refreshToken), ...extra }, signal),
    /** Connects from start to tokens. */
    async connect(choice: Partial<Choice> = {}, extra: Record<string, string | undefined> = {}) {
      const { query, cookies } = await this.authorize(choice, extra);
      const answer = await this.exchange(query.get('code'));
      return { ...answer, query, cookies };
    },
    async introspect(accessToken: unknown): Promise<Record<string, unknown>> {
      const { dovecot } = server;
      const answer = await postForm(dovecot.introspectionUrl, {
        client_id: dovecot.clientId,
        client_secret: dovecot.clientSecret,
        token: String(accessToken),
      });
      return answer.body;
    },
  };
}

export async function postForm(
  url: string,
  form: Record<string, string>,
  signal?: AbortSignal,
): Promise<Answer> {
  return readAnswer(
    await fetch(url, { method: 'POST', body: new URLSearchParams(form), ...(signal && { signal }) }),
  );
}

export async function postJson(url: string, body: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return readAnswer(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

export async function getWithToken(url: string, accessToken: unknown): Promise<Answer> {
  return readAnswer(await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } }));
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  const body: unknown = isJson ? JSON.parse(text) : { text };
  if (typeof body !== 'object' || body === null) throw new Error('expected an object');
  return { status: response.status, body: { ...body }, headers: response.headers };
}

export function claimsOf(idToken: unknown): Record<string, unknown> {
  const payload: unknown = JSON.parse(
    Buffer.from(String(idToken).split('.')[1] ?? '', 'base64url').toString(),
  );
  if (typeof payload !== 'object' || payload === null) throw new Error('expected claims');
  return { ...payload };
}
