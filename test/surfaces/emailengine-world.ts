// What the tests of EmailEngine's surface share: an installation, clients with any key, and tokens for accounts.
import type { SandboxProvider } from '../../sandbox/index.ts';
import { systemClock } from '../../src/system.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { createEmailEngineClient, EmailEngineError } from './clients/emailengine.ts';

export type World = Installation & {
  client: ReturnType<typeof createEmailEngineClient>;
  clientOf(accessToken: string): ReturnType<typeof createEmailEngineClient>;
  /** A refresh token as another program would hold it. */
  refreshToken(provider: SandboxProvider, login: string, scope?: string): Promise<string>;
  /** Puts the gateway's clock forward. */
  wait(seconds: number): void;
};

const scopes = {
  google: 'openid email https://mail.google.com/',
  microsoft:
    'openid email offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send',
} as const;

export async function startWorld(): Promise<World> {
  let ahead = 0;
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  const installation = await startInstallation({
    environment: { MAILGRANT_SURFACES: 'emailengine' },
    substitutes: { clock },
  });
  const clientOf = (accessToken: string) =>
    createEmailEngineClient({ baseUrl: installation.address, accessToken });
  return {
    ...installation,
    client: clientOf(installation.apiKey),
    clientOf,
    async refreshToken(provider, login, scope = scopes[provider]) {
      const [grant] = await installation.sandbox[provider].mint({ login, scope });
      return grant?.refreshToken ?? '';
    },
    wait(seconds) {
      ahead += seconds * 1000;
    },
  };
}

/** The error that a call ends with. */
export async function failure(call: Promise<unknown>): Promise<EmailEngineError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof EmailEngineError) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}

/** The steps of a verified application. */
export function stepsOf(verified: Record<string, unknown>): Record<string, unknown>[] {
  const steps: unknown[] = Array.isArray(verified.steps) ? verified.steps : [];
  return steps.map((step) => Object.fromEntries(Object.entries(Object(step))));
}

/** Their statuses by id. */
export const statusesOf = (verified: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(stepsOf(verified).map(({ id, status }) => [String(id), status]));
