// Where a token is good for, ready to use: the server with the user and the ways to sign in, or the API's address of this
// very mailbox.
import { type Static, Type } from 'typebox';
import type { ProviderName, TokenAnswer, Transport } from '../../core/index.ts';
import { transport } from './mailbox-schema.ts';
import { oneOf } from './parts.ts';

const mechanisms = ['XOAUTH2', 'OAUTHBEARER'] as const;

export const targetSchema = Type.Union([
  Type.Object(
    {
      transport: transport('`imap` or `smtp`.'),
      host: Type.String(),
      port: Type.Integer(),
      tls: oneOf(['implicit', 'starttls'], {
        description: '`implicit` = TLS from the first byte, `starttls` = upgrade before signing in.',
      }),
      sasl_mechanism: oneOf(mechanisms, { description: 'How to sign in.' }),
      sasl_mechanisms: Type.Array(oneOf(mechanisms, { description: 'A way to sign in.' }), {
        description: 'All that the server takes, `sasl_mechanism` first.',
      }),
      user: Type.String({ description: 'The user name to sign in with.', examples: ['ada@example.com'] }),
    },
    { title: 'Mail server' },
  ),
  Type.Object(
    {
      transport: transport('`gmail_api` or `graph`.'),
      base_url: Type.String({ format: 'uri', description: 'Of the API.' }),
      mailbox_url: Type.String({
        format: 'uri',
        description:
          "Of this mailbox in the API: its paths below this are right for a person's own token, a delegate's and an application's.",
        examples: ['https://graph.microsoft.com/v1.0/me'],
      }),
    },
    { title: 'Mail API' },
  ),
]);

/** What the mail servers announce: those of Microsoft know Google's older mechanism (XOAUTH2) only, not RFC 7628. */
const mechanismsOf = {
  google: ['XOAUTH2', 'OAUTHBEARER'],
  microsoft: ['XOAUTH2'],
} as const satisfies Record<ProviderName, readonly (typeof mechanisms)[number][]>;

export function presentTarget(
  { provider, email, names }: Pick<TokenAnswer, 'provider' | 'email' | 'names'>,
  target: TokenAnswer['targets'][number],
): Static<typeof targetSchema> {
  if ('server' in target) {
    const { host, port, tls } = target.server;
    return {
      transport: target.transport,
      host,
      port,
      tls,
      sasl_mechanism: 'XOAUTH2',
      sasl_mechanisms: [...mechanismsOf[provider]],
      user: email,
    };
  }
  const { transport: name, baseUrl } = target;
  const mailboxUrl = `${baseUrl}${names === 'own' ? ownPaths[name] : `/users/${encodeURIComponent(email)}`}`;
  return { transport: name, base_url: baseUrl, mailbox_url: mailboxUrl };
}

const ownPaths = {
  gmail_api: '/users/me',
  graph: '/me',
} as const satisfies Record<Exclude<Transport, 'imap' | 'smtp'>, string>;
