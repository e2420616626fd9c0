// What an OAuth2 application authenticates with, between EmailEngine's fields and the core's: a client secret, or
// Google's key of a service account in pieces. Texts go in and never come out.
import { type EnteredCredential, enteredSecret, GatewayError } from '../../../core/index.ts';
import { masked } from './account-view.ts';
import type { AppChanges } from './app-schemas.ts';
import { badField } from './errors.ts';
import type { AppType } from './find-app.ts';

/** Of an application that is there; null members = not known, or none is there yet. */
type KnownApp = { type: AppType; clientId: string | null; clientEmail: string | null };

type Entered = {
  clientId?: string;
  credential?: EnteredCredential;
  /** The service account's address, which is shown; only `gmailService` has one. */
  clientEmail?: string;
};

type KeyFile = { client_id: string; client_email: string; private_key: string; private_key_id: string };

/** What the body says of them. Throws 400 for what is missing, contradicts itself or belongs to another provider. */
export function credentialsOf(body: AppChanges, known: KnownApp): Entered {
  return known.type === 'gmailService' ? serviceAccountOf(body, known) : clientSecretOf(body, known);
}

/** The core's objections to a credential, at the field that it was entered in. */
export function atCredentialField(type: AppType): (error: unknown) => never {
  return (error) => {
    const objection =
      error instanceof GatewayError
        ? error.extras.fields?.find(({ field }) => field.startsWith('/credential'))
        : undefined;
    if (!objection) throw error;
    throw badField(type === 'gmailService' ? 'serviceKey' : 'clientSecret', objection.message);
  };
}

function clientSecretOf(body: AppChanges, { type, clientId }: KnownApp): Entered {
  for (const key of ['serviceClient', 'serviceClientEmail', 'serviceKey'] as const) {
    if (body[key]) throw badField(key, `belongs to gmailService applications, not to ${type}`);
  }
  const secret = unmasked(body.clientSecret);
  if (clientId === null && body.clientId === undefined) throw badField('clientId', 'is required');
  if (clientId === null && secret === null) throw badField('clientSecret', 'is required');
  return {
    ...(body.clientId === undefined ? {} : { clientId: body.clientId }),
    ...(secret === null ? {} : { credential: enteredSecret(secret) }),
  };
}

function serviceAccountOf(body: AppChanges, known: KnownApp): Entered {
  for (const key of ['clientId', 'clientSecret'] as const) {
    if (body[key] !== undefined) throw badField(key, 'does not belong to gmailService applications');
  }
  const { serviceClient, serviceClientEmail } = body;
  const text = unmasked(body.serviceKey);
  if (text === null) {
    if (known.clientId === null) throw badField('serviceKey', 'is required');
    // A key belongs to one service account: whoever means another one has another key.
    if (serviceClient && serviceClient !== known.clientId) throw needsKey('serviceClient');
    if (serviceClientEmail && serviceClientEmail !== known.clientEmail) throw needsKey('serviceClientEmail');
    return {};
  }
  const file = keyFileOf(text);
  const clientId = serviceClient || file?.client_id || known.clientId;
  const clientEmail = serviceClientEmail || file?.client_email || known.clientEmail;
  if (!clientId) throw badField('serviceClient', 'is required');
  if (!clientEmail) throw badField('serviceClientEmail', 'is required');
  if (!/^\d{1,32}$/.test(clientId)) throw badField('serviceClient', 'must be the numeric id of the account');
  if (!/^[^\s@]{1,128}@[^\s@]{1,253}$/.test(clientEmail)) {
    throw badField('serviceClientEmail', 'must be the address of the service account');
  }
  if (file && file.client_id !== clientId) throw badField('serviceClient', 'is not that of the key file');
  if (file && file.client_email !== clientEmail) {
    throw badField('serviceClientEmail', 'is not that of the key file');
  }
  const privateKey = file?.private_key ?? text;
  const value = JSON.stringify({
    type: 'service_account',
    client_id: clientId,
    client_email: clientEmail,
    private_key: privateKey,
    // EmailEngine has no field for the id of a key that comes alone.
    ...(file ? { private_key_id: file.private_key_id } : {}),
  });
  return { clientId, clientEmail, credential: { kind: 'service_account_key', value, expiresAt: null } };
}

const needsKey = (key: string) => badField(key, 'cannot be changed without serviceKey');

/** Null for what was shown and comes back, as for nothing. */
const unmasked = (text: string | null | undefined): string | null => (text && text !== masked ? text : null);

/** Google's whole key file, which more programs hold than its pieces; null for anything else, such as a PEM. */
function keyFileOf(text: string): KeyFile | null {
  if (!text.trimStart().startsWith('{')) return null;
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    // The cause could quote the key.
    throw badField('serviceKey', 'is neither a private key in PEM nor a key file in JSON');
  }
  const member = (name: keyof KeyFile): string => {
    const value: unknown = Object(file)[name];
    if (typeof value !== 'string' || value === '') throw badField('serviceKey', `lacks ${name}`);
    return value;
  };
  return {
    client_id: member('client_id'),
    client_email: member('client_email'),
    private_key: member('private_key'),
    private_key_id: member('private_key_id'),
  };
}
