// Mailgrant's tokens for nodemailer: the options of a transport that asks the token source at every sign-in, and for
// another token when the server refuses one.
import { mailServerOf } from './targets.ts';
import type { TokenSource } from './token-source.ts';

type Provisioned = (error: Error | null, accessToken?: string, expires?: number) => void;

/** What `createTransport()` needs; add your own (`pool`, `tls`, `name`, ...). */
export type SmtpOptions = {
  host: string;
  port: number;
  secure: boolean;
  /** Signing in goes over TLS or not at all. */
  requireTLS: boolean;
  auth: {
    type: 'OAuth2';
    user: string;
    /** Called by nodemailer; `renew` is true when the server has refused the last token. */
    provisionCallback(user: string, renew: boolean, provisioned: Provisioned): void;
  };
};

/** Reads one token to learn the server and the user. Throws `MailgrantError`. */
export async function smtpOptions(tokens: TokenSource): Promise<SmtpOptions> {
  const { host, port, tls, user } = mailServerOf(await tokens.token(), 'smtp');
  return {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    auth: { type: 'OAuth2', user, provisionCallback: provisionFrom(tokens) },
  };
}

/** For a transport with options of your own: `transporter.set('oauth2_provision_cb', provisionFrom(tokens))`. */
export function provisionFrom(tokens: TokenSource): SmtpOptions['auth']['provisionCallback'] {
  let last: string | null = null;
  return (_user, renew, provisioned) => {
    // Should another one not be worth asking for, the server says once more, in its own words, what is wrong.
    if (renew && last !== null) tokens.refused(last);
    tokens.token().then(
      ({ access_token: accessToken }) => {
        last = accessToken;
        // Over at once: the token source alone knows how long it is good, and is asked every time.
        provisioned(null, accessToken, 1);
      },
      (error: unknown) => provisioned(error instanceof Error ? error : new Error(String(error))),
    );
  };
}
