// What arrives at the remote control, parsed: a mistake is told with the name of the member, nothing is guessed.
import {
  CLIENT_POLICIES,
  type ClientCertificate,
  type ClientPolicy,
  type ClientSecret,
  type SandboxClient,
} from './clients.ts';
import type { DirectorySettings } from './directories.ts';

type Input = Record<string, unknown>;

const CLIENT_MEMBERS = [
  'clientId',
  'clientSecret',
  'redirectUris',
  'secrets',
  'certificates',
  'kind',
  'isMultiTenant',
  'homeTenant',
  'applicationPermissions',
  'requestedApplicationPermissions',
  'organization',
] as const satisfies (keyof SandboxClient)[];

export function parseClient(input: Input): SandboxClient {
  const unknown = Object.keys(input).filter((name) => !CLIENT_MEMBERS.some((member) => member === name));
  if (unknown.length > 0) throw new Error(`unknown members: ${unknown.join(', ')}`);
  const clientSecret = optionalText(input.clientSecret);
  const homeTenant = optionalText(input.homeTenant);
  const organization = optionalText(input.organization);
  const { kind, isMultiTenant, applicationPermissions, requestedApplicationPermissions } = input;
  if (kind !== undefined && kind !== 'web' && kind !== 'public') throw new Error('kind is web or public');
  if (isMultiTenant !== undefined && typeof isMultiTenant !== 'boolean') {
    throw new Error('isMultiTenant must be a boolean');
  }
  return {
    clientId: text(input.clientId, 'clientId'),
    redirectUris: input.redirectUris === undefined ? [] : texts(input.redirectUris, 'redirectUris'),
    secrets: input.secrets === undefined ? [] : parseSecrets(input.secrets),
    certificates: list(input.certificates ?? [], 'certificates').map(parseCertificate),
    ...(clientSecret !== undefined && { clientSecret }),
    ...(kind !== undefined && { kind }),
    ...(isMultiTenant !== undefined && { isMultiTenant }),
    ...(homeTenant !== undefined && { homeTenant }),
    ...(organization !== undefined && { organization }),
    applicationPermissions: textsByName(applicationPermissions ?? {}, 'applicationPermissions'),
    requestedApplicationPermissions: texts(
      requestedApplicationPermissions ?? [],
      'requestedApplicationPermissions',
    ),
  };
}

export function parseSecrets(value: unknown): ClientSecret[] {
  return list(value, 'secrets').map((item) => {
    const { value: secret, expiresAt = null } = members(item, 'secrets');
    if (expiresAt !== null && typeof expiresAt !== 'number') throw new Error('expiresAt is in ms, or null');
    return { value: text(secret, 'value'), expiresAt };
  });
}

export function parsePolicy(value: unknown): ClientPolicy | null {
  if (value === null) return null;
  const policy = CLIENT_POLICIES.find((one) => one === value);
  if (policy === undefined) throw new Error(`policy is null or one of ${CLIENT_POLICIES.join(', ')}`);
  return policy;
}

export function parseDirectory({ userConsent, adminConsentRequests }: Input): Partial<DirectorySettings> {
  const isConsent = userConsent === 'allowed' || userConsent === 'send_only' || userConsent === 'none';
  if (userConsent !== undefined && !isConsent) throw new Error('userConsent is allowed, send_only or none');
  if (adminConsentRequests !== undefined && typeof adminConsentRequests !== 'boolean') {
    throw new Error('adminConsentRequests must be a boolean');
  }
  return {
    ...(userConsent !== undefined && { userConsent }),
    ...(adminConsentRequests !== undefined && { adminConsentRequests }),
  };
}

function parseCertificate(item: unknown): ClientCertificate {
  const { publicKeyPem, certificatePem } = members(item, 'certificates');
  return publicKeyPem === undefined
    ? { certificatePem: text(certificatePem, 'certificatePem') }
    : { publicKeyPem: text(publicKeyPem, 'publicKeyPem') };
}

export function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw new Error(`${name} must be a non-empty string`);
  return value;
}

export function optionalText(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : text(value, 'value');
}

export function texts(value: unknown, name: string): string[] {
  return list(value, name).map((item) => text(item, name));
}

export function textsByName(value: unknown, name: string): Record<string, string[]> {
  const entries = Object.entries(members(value, name));
  return Object.fromEntries(entries.map(([key, item]) => [key, texts(item, name)]));
}

function list(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw new Error(`${name} must be a list`);
  return value;
}

function members(value: unknown, name: string): Input {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${name} must be an object`);
  }
  return { ...value };
}
