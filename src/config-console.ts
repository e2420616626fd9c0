// The settings of signing in to the console by OpenID Connect: all of them or none.

import { type ApiKeyScope, apiKeyScopes } from './core/api-keys.ts';
import type { AdmissionRule } from './core/console/console-admission.ts';
import { type Secret, secret } from './core/secret.ts';

export const consoleOidcKeys = [
  'consoleOidcIssuer',
  'consoleOidcClientId',
  'consoleOidcClientSecret',
  'consoleOidcAllowed',
  'consoleOidcScopes',
  'consoleOidcRequest',
  'consoleOidcLabel',
] as const;

export type ConsoleOidcKey = (typeof consoleOidcKeys)[number];

export type ConsoleOidc = {
  issuer: string;
  clientId: string;
  clientSecret: Secret<string> | null;
  /** What is asked of the sign-in server. */
  scope: string;
  label: string;
  allowed: AdmissionRule[];
  /** Of the key that whoever is let in gets. */
  keyScopes: ApiKeyScope[];
};

/** Null when it is not set up. */
export function readConsoleOidc(
  text: (key: ConsoleOidcKey) => string,
  mistakes: string[],
): ConsoleOidc | null {
  const issuer = text('consoleOidcIssuer');
  const clientId = text('consoleOidcClientId');
  const allowed = text('consoleOidcAllowed');
  if (issuer === '') {
    if (clientId !== '' || allowed !== '') {
      mistakes.push('MAILGRANT_CONSOLE_OIDC_ISSUER is missing, which the other settings of that name need');
    }
    return null;
  }
  checkIssuer(issuer, mistakes);
  if (clientId === '') mistakes.push('MAILGRANT_CONSOLE_OIDC_CLIENT_ID is missing');
  if (allowed === '') {
    mistakes.push('MAILGRANT_CONSOLE_OIDC_ALLOWED is missing: nobody is let in whom it does not name');
  }
  const clientSecret = text('consoleOidcClientSecret');
  const scope = text('consoleOidcRequest');
  if (!scope.split(' ').includes('openid')) {
    mistakes.push('MAILGRANT_CONSOLE_OIDC_REQUEST must hold `openid`, and is separated by spaces');
  }
  return Object.freeze({
    issuer,
    clientId,
    clientSecret: clientSecret === '' ? null : secret(clientSecret),
    scope,
    label: text('consoleOidcLabel'),
    allowed: listOf(allowed).flatMap((item) => ruleOf(item, mistakes)),
    keyScopes: listOf(text('consoleOidcScopes')).flatMap((item) => scopeOf(item, mistakes)),
  });
}

function checkIssuer(issuer: string, mistakes: string[]): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  const isLoopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
  if (url === null || !isSafe || url.search || url.hash || url.username || url.password) {
    mistakes.push(
      'MAILGRANT_CONSOLE_OIDC_ISSUER must be an https URL without query, as the server names itself',
    );
  }
}

/** `ada@example.com`, `@example.com` or `groups=mailgrant-admins`. */
function ruleOf(item: string, mistakes: string[]): AdmissionRule[] {
  const equals = item.indexOf('=');
  if (equals > 0 && equals < item.length - 1) {
    return [{ kind: 'claim', claim: item.slice(0, equals).trim(), value: item.slice(equals + 1).trim() }];
  }
  const parts = /^([^\s@=]*)@([^\s@=]+)$/.exec(item);
  if (parts) {
    const domain = parts[2] ?? '';
    return [parts[1] === '' ? { kind: 'domain', domain } : { kind: 'address', address: item }];
  }
  mistakes.push(
    `MAILGRANT_CONSOLE_OIDC_ALLOWED: ${item} is neither an address, nor a domain like @example.com, nor a claim like groups=admins`,
  );
  return [];
}

function scopeOf(item: string, mistakes: string[]): ApiKeyScope[] {
  const scope = apiKeyScopes.find((known) => known === item);
  if (scope) return [scope];
  mistakes.push(`MAILGRANT_CONSOLE_OIDC_SCOPES: ${item} is no scope of an API key`);
  return [];
}

const listOf = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
