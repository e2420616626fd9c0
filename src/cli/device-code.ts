// Device authorization grant (RFC 8628) at Microsoft: the person types a code on another device, and the refresh token
// is taken over by the import, which proves it. Google's device flow allows none of the scopes of mail.
import { setTimeout as wait } from 'node:timers/promises';
import type { Api } from './api.ts';
import { exitCodes, type Input, UsageError } from './command.ts';
import { formRequest } from './form-request.ts';
import { note, say, sayJson } from './output.ts';
import { endpointsFor, mailScopes } from './provider-endpoints.ts';
import { memberOf, textOf } from './report.ts';

/** RFC 8628 section 3.2: what holds when the server names none. Seconds. */
const usualInterval = 5;
/** Microsoft's codes live 15 minutes; nobody waits longer than this for any. Seconds. */
const lifeMax = 1800;

export async function connectByDeviceCode(api: Api, input: Input): Promise<number> {
  const client = await chooseClient(api, input);
  const provider = textOf(client, 'provider');
  if (provider !== 'microsoft') {
    throw new UsageError(
      "Google's device flow does not allow the scopes of mail: connect without --device-code, in a browser.",
    );
  }
  const clientId = textOf(client, 'client_id') ?? '';
  const tenant = input.text('tenant') ?? textOf(client, 'entra_tenant') ?? 'organizations';
  const endpoints = endpointsFor({ provider, cloud: textOf(client, 'cloud'), tenant, endpointsFile: null });
  const scope = mailScopes(endpoints, input.text('profile') ?? 'full');
  const begun = await formRequest(endpoints.deviceAuthorization, { client_id: clientId, scope });
  if (begun.status !== 200) throw new Error(refusalOf('The provider gave no code', begun.body));
  const userCode = textOf(begun.body, 'user_code') ?? '';
  note(
    `Open  ${textOf(begun.body, 'verification_uri') ?? ''}  on any device and enter the code  ${userCode}`,
  );
  const tokens = await waitForTokens(endpoints.token, clientId, begun.body);
  const body = {
    provider,
    oauth_client_id: textOf(client, 'id'),
    refresh_token: textOf(tokens, 'refresh_token'),
    scope: textOf(tokens, 'scope'),
    email: input.text('email') ?? addressIn(textOf(tokens, 'id_token')),
    customer: input.text('customer'),
  };
  if (body.refresh_token === null)
    throw new Error('The provider gave no refresh token: is offline_access allowed?');
  const mailbox = await api.call('POST', '/v1/mailbox-imports', { body });
  if (input.flag('json')) sayJson(mailbox);
  else say(`Connected: ${textOf(mailbox, 'email') ?? ''}, mailbox ${textOf(mailbox, 'id') ?? ''}`);
  return exitCodes.done;
}

/**
 * Whose the tokens are: an access token for Exchange answers no such question. The ID token came from the token endpoint
 * itself over TLS (OpenID Connect Core 3.1.3.7), and the import proves the address at the mail servers.
 */
function addressIn(idToken: string | null): string | null {
  const [, payload] = idToken?.split('.') ?? [];
  if (payload === undefined) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return textOf(claims, 'email') ?? textOf(claims, 'preferred_username');
  } catch {
    return null;
  }
}

async function chooseClient(api: Api, input: Input): Promise<unknown> {
  const id = input.text('oauth-client');
  if (id !== null) return api.call('GET', `/v1/oauth-clients/${encodeURIComponent(id)}`);
  if (input.text('provider') === 'google') return { provider: 'google' };
  const found: unknown[] = [];
  for await (const client of api.items('/v1/oauth-clients')) {
    if (textOf(client, 'provider') === 'microsoft') found.push(client);
  }
  const [only, ...others] = found;
  if (only === undefined)
    throw new UsageError('There is no OAuth client of Microsoft: `mailgrant oauth-client create`.');
  if (others.length > 0)
    throw new UsageError('Say with --oauth-client which one: there are several of Microsoft.');
  return only;
}

/** RFC 8628 section 3.5: `slow_down` makes the interval 5 s longer for good. */
async function waitForTokens(token: string, clientId: string, begun: unknown): Promise<unknown> {
  const secondsOf = (name: string, fallback: number): number => {
    const value = Number(memberOf(begun, name));
    return Number.isFinite(value) && value > 0 ? value : fallback;
  };
  let interval = secondsOf('interval', usualInterval);
  const deadline = performance.now() + Math.min(secondsOf('expires_in', lifeMax), lifeMax) * 1000;
  while (performance.now() < deadline) {
    await wait(interval * 1000);
    const { status, body } = await formRequest(token, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: clientId,
      device_code: textOf(begun, 'device_code') ?? '',
    });
    if (status === 200) return body;
    const error = textOf(body, 'error');
    if (error === 'slow_down') interval += 5;
    else if (error !== 'authorization_pending') throw new Error(refusalOf('The provider refused', body));
  }
  throw new Error('The code has ended before anybody used it. Begin again.');
}

const refusalOf = (before: string, body: unknown): string => {
  const words = [textOf(body, 'error'), textOf(body, 'error_description')].filter((text) => text !== null);
  const hint = words.some((text) => text.includes('AADSTS7000218'))
    ? '\nTo do: in Entra, Authentication, set "Allow public client flows" to yes.'
    : '';
  return `${before}: ${words.join(': ') || 'nothing that can be read'}${hint}`;
};
