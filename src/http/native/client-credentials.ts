// Credentials of OAuth clients in the native API: what one is entered with, and what is told of one afterwards, which
// is everything but its text.
import { type Static, Type } from 'typebox';
import {
  type ClientCredential,
  type EnteredCredential,
  enteredSecret,
  invalidField,
  Secret,
} from '../../core/index.ts';
import { closed, isoTime, isoTimeOrNull, nullable, oneOf, text, time, timeOf } from './parts.ts';

const kindDescription =
  '`secret` = a client secret, `certificate` = PEM of a private key (PKCS #8) and its certificate, `service_account_key` = the JSON key file of a Google service account.';
const kinds = ['secret', 'certificate', 'service_account_key'] as const;

const expiry = nullable(
  time('When the provider stops taking it; null = never, or unknown. A certificate says so itself.'),
);

export const enteredCredential = Type.Object(
  {
    kind: Type.Optional(oneOf(kinds, { description: `${kindDescription} Omit for \`secret\`.` })),
    value: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 32_768,
        pattern: '^[^\\u0000]*$',
        description: 'The credential itself. Stored sealed, in no answer.',
        examples: ['GOCSPX-example'],
      }),
    ),
    reference: Type.Optional(
      text({
        description:
          'In place of `value`: the name under which the operator holds it outside of the database. Only a key of the installation may name one.',
        examples: ['acme-google'],
      }),
    ),
    expires_at: Type.Optional(expiry),
  },
  {
    ...closed,
    description: 'What the OAuth client authenticates with: `value` or `reference`.',
    examples: [{ kind: 'secret', value: 'GOCSPX-example' }],
  },
);

export const clientSecret = text({
  description: 'Short for `credential` with a `value` of the kind `secret`.',
  examples: ['GOCSPX-example'],
  maxLength: 4096,
});

export const clientSecretExpiry = nullable(
  time(
    'When the secret ends, as the provider shows it; null = never, or unknown. In a change it may stand without `client_secret`, for the one that is there.',
  ),
);

export const credentialSchema = Type.Object(
  {
    kind: oneOf(kinds, { description: kindDescription }),
    held: oneOf(['here', 'reference'], {
      description: '`here` = sealed in the database, `reference` = by the operator, outside of it.',
    }),
    reference: nullable(
      Type.String({
        description: 'The name that the operator gave it; null for others than the owner.',
        examples: ['acme-google'],
      }),
    ),
    expires_at: expiry,
    added_at: time('When it was entered.'),
  },
  {
    $id: 'Credential',
    title: 'Credential',
    description: 'A credential of an OAuth client, without its text.',
  },
);

/** Only the owner of the OAuth client is told under which name the operator holds it. */
export const presentCredential = (
  { kind, held, expiresAt, addedAt }: ClientCredential,
  { isOwn }: { isOwn: boolean },
): Static<typeof credentialSchema> => ({
  kind,
  held: held instanceof Secret ? 'here' : 'reference',
  reference: held instanceof Secret || !isOwn ? null : held.reference,
  expires_at: isoTimeOrNull(expiresAt),
  added_at: isoTime(addedAt),
});

/** `field`: where it stands in the body. Throws `invalid_request` unless there is one of `value` and `reference`. */
export function credentialOf(entered: Static<typeof enteredCredential>, field: string): EnteredCredential {
  const { kind = 'secret', value, reference } = entered;
  const expiresAt = timeOf(`${field}/expires_at`, entered.expires_at);
  if (value !== undefined && reference !== undefined) {
    throw invalidField(field, 'must have either value or reference');
  }
  if (value !== undefined) return { kind, value, expiresAt };
  if (reference !== undefined) return { kind, reference, expiresAt };
  throw invalidField(field, 'needs value or reference');
}

type Forms = {
  credential?: Static<typeof enteredCredential>;
  client_secret?: string;
  client_secret_expires_at?: string | null;
};

/** The current credential in whichever of the two forms; null when there is none. Throws `invalid_request` for both. */
export function currentCredentialOf(body: Forms): EnteredCredential | null {
  const { credential, client_secret: value, client_secret_expires_at: end } = body;
  if (credential && value !== undefined)
    throw invalidField('/client_secret', 'is there twice: see credential');
  if (credential && end !== undefined) {
    throw invalidField('/client_secret_expires_at', 'belongs to client_secret: see expires_at of credential');
  }
  if (credential) return credentialOf(credential, '/credential');
  if (value === undefined) return null;
  return { ...enteredSecret(value), expiresAt: timeOf('/client_secret_expires_at', end) };
}
