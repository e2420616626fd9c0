// Mailgrant's tokens for nodemailer: the options of a transport that asks the token source at every sign-in, and for
// another token when the server refuses one.
import { isMailgrantError } from './errors.ts';
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

/** The part of a transporter that is used here. */
export type SmtpTransporter = { sendMail(message: object): Promise<unknown>; close(): void };

/** What `sendMail` takes and gives where it answers by promise, wherever that stands among its overloads. */
type Sending<SendMail> = SendMail extends {
  (message: infer Message): Promise<infer Info>;
  (message: never, callback: never): void;
}
  ? { message: Message; info: Info }
  : never;

export type Mailer<Transporter extends SmtpTransporter> = {
  /**
   * As the library's. When the server refuses the token, another one is tried one time: nothing has been sent by then.
   * Throws what the library throws, and `MailgrantError` when no token can be had.
   */
  sendMail(
    message: Sending<Transporter['sendMail']>['message'] & object,
  ): Promise<Sending<Transporter['sendMail']>['info']>;
  close(): void;
};

/** A transporter made with Mailgrant's options: `createMailer(tokens, (options) => createTransport(options))`. */
export async function createMailer<Transporter extends SmtpTransporter>(
  tokens: TokenSource,
  create: (options: SmtpOptions) => Transporter,
): Promise<Mailer<Transporter>> {
  const { options, refuse } = await prepared(tokens);
  const transporter = create(options);
  type Info = Sending<Transporter['sendMail']>['info'];
  // What the library's own type says; its overloads keep the compiler from seeing that it is the same.
  const send = async (message: object): Promise<Info> => (await transporter.sendMail(message)) as Info;
  return {
    async sendMail(message) {
      try {
        return await send(message).catch(untangled);
      } catch (error) {
        // The library asks for another token only where the server says why in a challenge; Exchange says 535 at once.
        if (!isRefusal(error) || !refuse()) throw error;
        return await send(message).catch(untangled);
      }
    },
    close: () => transporter.close(),
  };
}

/** The library writes its own `code` over that of every error, so ours comes inside of another one. */
function untangled(error: unknown): never {
  throw error instanceof Error && isMailgrantError(error.cause) ? error.cause : error;
}

/** 535: authentication credentials invalid (RFC 4954 section 6). */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  Reflect.get(error, 'code') === 'EAUTH' &&
  Reflect.get(error, 'responseCode') === 535;

/** For a transporter of your own. Reads one token to learn the server and the user. Throws `MailgrantError`. */
export const smtpOptions = async (tokens: TokenSource): Promise<SmtpOptions> =>
  (await prepared(tokens)).options;

async function prepared(tokens: TokenSource) {
  const { host, port, tls, user } = mailServerOf(await tokens.token(), 'smtp');
  const { provisionCallback, refuse } = provisionFrom(tokens);
  const options: SmtpOptions = {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    auth: { type: 'OAuth2', user, provisionCallback },
  };
  return { options, refuse };
}

function provisionFrom(tokens: TokenSource) {
  let last: string | null = null;
  /** True when another token will be had. */
  const refuse = (): boolean => last !== null && tokens.refused(last);
  const provisionCallback: SmtpOptions['auth']['provisionCallback'] = (_user, renew, provisioned) => {
    // Should another one not be worth asking for, the server says once more, in its own words, what is wrong.
    if (renew) refuse();
    tokens.token().then(
      ({ access_token: accessToken }) => {
        last = accessToken;
        // Over at once: the token source alone knows how long it is good, and is asked every time.
        provisioned(null, accessToken, 1);
      },
      (cause: unknown) =>
        provisioned(new Error(cause instanceof Error ? cause.message : String(cause), { cause })),
    );
  };
  return { provisionCallback, refuse };
}
