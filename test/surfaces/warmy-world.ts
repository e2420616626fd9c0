// What the tests of the Warmy surface share: registrations of a workspace's own at the sandbox, tokens that came
// another way than through this server, and the bodies that programs send.
import type { SandboxProvider } from '../../sandbox/index.ts';
import type { Installation } from '../support/installation.ts';
import { createWarmyClient } from './clients/warmy.ts';

export const holderUid = 'a66a9a755fe16f24fcb99dc8b5f25a50';

/** This surface needs no other one beside it. */
export const onlyWarmy = { MAILGRANT_SURFACES: 'warmy' };

/** The scopes of the vendor's guide, spelled as there. */
export const guideScope = [
  'https://graph.microsoft.com/Mail.Read',
  'https://graph.microsoft.com/Mail.Send',
  'https://graph.microsoft.com/offline_access',
  'https://graph.microsoft.com/User.Read',
].join(' ');

export const googleScope = 'openid email https://mail.google.com/';

export const ownClients = {
  microsoft: { clientId: '5f0c6f0e-1111-4222-8333-444455556666', clientSecret: 'own~outlook~secret' },
  google: { clientId: '900100-own.apps.example.test', clientSecret: 'own-google-secret' },
} as const satisfies Record<SandboxProvider, { clientId: string; clientSecret: string }>;

export function addOwnClients({ sandbox }: Installation): void {
  for (const provider of ['google', 'microsoft'] as const) {
    sandbox[provider].addClient({ ...ownClients[provider], redirectUris: ['https://app.example.test/back'] });
  }
}

export const warmyClient = ({ address, apiKey }: Pick<Installation, 'address' | 'apiKey'>) =>
  createWarmyClient(address, { generation: 'current', apiKey, holderUid });

type Wanted = { login: string; scope?: string };

/** The body of the vendor's printed request, with credentials that work. */
export async function outlookMailbox(
  { sandbox }: Installation,
  { login, scope = guideScope }: Wanted,
): Promise<Record<string, unknown>> {
  const { clientId, clientSecret } = ownClients.microsoft;
  const [grant] = await sandbox.microsoft.mint({ login, scope, clientId });
  return {
    provider: 'oauth_outlook',
    from_name: 'your_from_name_here',
    client_id: clientId,
    client_secret: clientSecret,
    access_token: grant?.accessToken,
    refresh_token: grant?.refreshToken,
    tariff_plan_type_id: 41,
    setting_attributes: { speed_mode: 'fast' },
  };
}

/** As programs in the field send it: with the address, the end of the token and where it is renewed. */
export async function googleMailbox(
  { sandbox }: Installation,
  { login, scope = googleScope }: Wanted,
): Promise<Record<string, unknown>> {
  const { clientId, clientSecret } = ownClients.google;
  const [grant] = await sandbox.google.mint({ login, scope, clientId });
  return {
    email: login,
    provider: 'oauth_google',
    from_name: 'Bob',
    tariff_plan_type_id: 1,
    access_token: grant?.accessToken,
    refresh_token: grant?.refreshToken,
    expires_at: Math.floor(Date.now() / 1000) + 3600,
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uri: 'https://app.example.test/back',
    token_credential_uri: 'https://oauth2.googleapis.com/token',
    setting_attributes: { speed_mode: 'medium' },
  };
}
