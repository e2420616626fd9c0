// The credential of an app at Microsoft: a client secret or a certificate.

import type { Registration, SetUpStep } from './list.ts';
import { registrationPage } from './microsoft-portals.ts';

export const microsoftCredential = (registration: Registration): SetUpStep =>
  registration.client.credential.kind === 'certificate'
    ? certificate(registration)
    : clientSecret(registration);

const where = (tab: string): string =>
  `Entra admin center > App registrations > the app > Certificates & secrets > ${tab}`;

const rotation =
  'To rotate it, make the new one ahead of time and enter it here as `next_credential`. It takes over in the same call in which Microsoft refuses the old one; remove the old one in the console when the event `oauth_client.credential_rotated` has come.';

const endsAt = ({ client: { credential } }: Registration) =>
  credential.expiresAt === null
    ? []
    : [{ label: 'The one that is entered here ends', value: new Date(credential.expiresAt).toISOString() }];

const clientSecret = (registration: Registration): SetUpStep => ({
  step: 'credential',
  title: 'Make a client secret',
  where: where('Client secrets > New client secret'),
  what: [
    'Choose an end that somebody will be there for; 24 months are the most that the console offers.',
    'Copy the Value, not the Secret ID beside it. It is shown once.',
    'Enter the end with it, as `expires_at`: Microsoft tells it to nobody but the console. Events warn 30, 7 and 1 days ahead.',
    rotation,
  ],
  values: endsAt(registration),
  url: registrationPage(registration.client, 'Credentials'),
  remedyFor: [
    'client_secret_wrong',
    'client_secret_expired',
    'client_secret_expiring',
    'client_secret_end_unknown',
  ],
});

const certificate = (registration: Registration): SetUpStep => ({
  step: 'credential',
  title: 'Make and upload a certificate',
  where: where('Certificates > Upload certificate'),
  what: [
    'Make an RSA key of at least 2048 bits and a certificate for it. Nobody has to have signed the certificate but the key itself.',
    'Upload the certificate alone: it is the public part. The private key goes to nobody but this server.',
    'Enter the private key and the certificate together, one after the other, as one text in PEM. The key must not be encrypted. The end is read from the certificate; events warn 30, 7 and 1 days ahead.',
    'The console shows a thumbprint: it must be the one that the last command prints, without its colons.',
    rotation,
  ],
  values: [
    {
      label: 'Make key and certificate',
      value:
        'openssl req -x509 -newkey rsa:3072 -sha256 -days 365 -nodes -subj "/CN=mailgrant" -keyout client-key.pem -out client-certificate.pem',
    },
    { label: 'Upload', value: 'client-certificate.pem' },
    { label: 'Text to enter here', value: 'cat client-key.pem client-certificate.pem' },
    {
      label: 'Thumbprint to compare',
      value: 'openssl x509 -in client-certificate.pem -noout -fingerprint -sha1',
    },
    ...endsAt(registration),
  ],
  url: registrationPage(registration.client, 'Credentials'),
  remedyFor: ['client_assertion_refused', 'client_secret_expired', 'client_secret_expiring'],
});
