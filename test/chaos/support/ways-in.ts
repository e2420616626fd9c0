// The ways by which a mailbox comes in, each begun, cut off, looked at and repeated: two links that a person follows,
// three calls with tokens that somebody else obtained.
import { approve } from '../../../sandbox/end-user.ts';
import { memberOf } from '../../support/installation.ts';
import { type Answer, unlessCut } from './calls.ts';
import type { ChaosWorld } from './world.ts';

export type Outcome = 'done' | 'cut' | 'refused';

export type WayIn = {
  name: string;
  login: string;
  isLink: boolean;
  /** Also what a caller does who had no answer: the same once more. */
  go(): Promise<{ outcome: Outcome; words: string }>;
};

type Begin = (world: ChaosWorld, login: string) => Promise<WayIn>;

const mailScope = 'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send';

const link =
  (name: string, invite: (world: ChaosWorld) => Promise<string>): Begin =>
  async (world, login) => {
    await registerRedirects(world);
    const url = await invite(world);
    return {
      name,
      login,
      isLink: true,
      async go() {
        // The browser shows an error page when the server is gone; whatever it was, the person has no confirmation.
        const page = await approve(url, { login }).catch(() => null);
        if (page === null) return { outcome: 'cut', words: '' };
        const isDone = page.status === 200 && page.callbackUrl !== '';
        return { outcome: isDone ? 'done' : 'refused', words: `${page.status} ${page.pages.join(' > ')}` };
      },
    };
  };

const tokens =
  (name: string, send: (world: ChaosWorld, login: string, refreshToken: string) => Promise<Answer>): Begin =>
  async (world, login) => {
    const [minted] = await world.sandbox.microsoft.mint({ login, scope: `${mailScope} offline_access` });
    if (!minted) throw new Error('the sandbox minted nothing');
    return {
      name,
      login,
      isLink: false,
      async go() {
        const answer = await unlessCut(send(world, login, minted.refreshToken));
        if (answer === null) return { outcome: 'cut', words: '' };
        const isDone = answer.status === 200 || answer.status === 201;
        return { outcome: isDone ? 'done' : 'refused', words: `${answer.status} ${answer.text}` };
      },
    };
  };

/** Warmy's way brings OAuth clients of its own, and links go by the newest one. */
async function registerRedirects({ call, sandbox }: ChaosWorld): Promise<void> {
  const { body, text } = await call('GET', '/v1/oauth-clients');
  if (!Array.isArray(body.items)) throw new Error(`no list of OAuth clients: ${text}`);
  for (const client of body.items) sandbox.microsoft.addRedirectUri(String(memberOf(client, 'redirect_uri')));
}

async function made(answer: Promise<Answer>, member: string): Promise<string> {
  const { status, text, body } = await answer;
  const url = body[member];
  if (typeof url !== 'string') throw new Error(`no link: ${status} ${text}`);
  return url;
}

export const waysIn: readonly [Begin, ...Begin[]] = [
  link('connect session', ({ call }) =>
    made(call('POST', '/v1/connect-sessions', { provider: 'microsoft' }), 'url'),
  ),
  link('Instantly init', ({ call }) => made(call('POST', '/api/v2/oauth/microsoft/init'), 'auth_url')),
  tokens('Smartlead save-oauth', ({ call }, login, refreshToken) =>
    call('POST', '/api/v1/email-accounts/save-oauth', {
      from_name: login,
      from_email: login,
      username: login,
      type: 'OUTLOOK',
      token: {
        scope: mailScope,
        token_type: 'Bearer',
        refresh_token: refreshToken,
        expiry_date: Date.now(),
      },
      warmup_enabled: false,
      use_whitelabel_credentials: false,
    }),
  ),
  tokens('Warmy mailboxes', ({ call, sandbox }, login, refreshToken) => {
    const { clientId, clientSecret } = sandbox.microsoft.clients.confidential;
    return call('POST', '/api/v2/mailboxes', {
      mailbox: {
        provider: 'oauth_outlook',
        email: login,
        from_name: login,
        client_id: clientId,
        client_secret: clientSecret,
        access_token: 'renewed at once',
        refresh_token: refreshToken,
        tariff_plan_type_id: 41,
      },
    });
  }),
  tokens('EmailEngine account', ({ call }, login, refreshToken) =>
    call('POST', '/v1/account', {
      account: login,
      name: login,
      email: login,
      oauth2: { provider: 'outlook', auth: { user: login }, refreshToken },
    }),
  ),
];
