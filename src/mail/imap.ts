// Proves IMAP: signs in with the access token, then opens the inbox read-only, because Exchange lets a token in
// and only then refuses the mailbox. The one door to the IMAP library; what refusals mean is in mail-errors.ts.
import type { SecureContext } from 'node:tls';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import type { Clock, MailServer, Probe } from '../core/ports.ts';
import { classifyConnectionError, classifyImapRefusal, type ImapPhase } from './mail-errors.ts';
import { createProbe, type Finding, member, textMember, works } from './probe.ts';

/** A probe reads a few short lines; the library's own limits are in gigabytes. */
const bytesMax = 256 * 1024;
/** How long a server may take to say goodbye after everything is proved. Milliseconds. */
const goodbyeTimeout = 1_000;

export const createImapProbe = (deps: { clock: Pick<Clock, 'now'>; trust: SecureContext }): Probe =>
  createProbe('imap', deps.clock, async (target, login, signal) => {
    if (target.transport !== 'imap') throw new TypeError('The IMAP probe needs an IMAP server.');
    const client = new ImapFlow(
      clientOptions(target.server, login.email, login.accessToken.reveal(), deps.trust),
    );
    // Errors also reject the call in progress; without a listener the event would end the process.
    client.on('error', () => {});
    const { promise: aborted, resolve } = Promise.withResolvers<Finding>();
    const stop = (): void => {
      resolve({
        reason: speaksOtherwise(client) ? 'server_answer_unreadable' : 'server_timeout',
        detail: null,
      });
      client.close();
    };
    if (signal.aborted) return { reason: 'server_timeout', detail: null };
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await Promise.race([prove(client), aborted]);
    } finally {
      signal.removeEventListener('abort', stop);
      // A failed connect leaves its socket open.
      client.close();
    }
  });

const clientOptions = (
  server: MailServer,
  user: string,
  accessToken: string,
  secureContext: SecureContext,
): ImapFlowOptions => ({
  host: server.host,
  port: server.port,
  secure: server.tls === 'implicit',
  // True requires the upgrade, left out tries it and goes on in clear text.
  doSTARTTLS: server.tls === 'starttls' ? true : undefined,
  auth: { user, accessToken },
  tls: { secureContext },
  logger: false,
  disableAutoIdle: true,
  disableCompression: true,
  disableAutoEnable: true,
  connectionTimeout: 15_000,
  greetingTimeout: 15_000,
  socketTimeout: 30_000,
  maxLineLength: bytesMax,
  maxLiteralSize: bytesMax,
  maxResponseSize: 2 * bytesMax,
  clientInfo: { name: 'Mailgrant' },
});

const prove = async (client: ImapFlow): Promise<Finding> => {
  try {
    await client.connect();
  } catch (error) {
    const phase = member(error, 'authenticationFailed') === true ? 'authenticate' : 'connect';
    return judge(client, error, phase);
  }
  // A greeting of PREAUTH lets anyone in and proves nothing about the token; it alone leaves this unset.
  if (client.greeting === undefined) {
    return { reason: 'server_answer_unreadable', detail: 'The server did not ask for authentication.' };
  }
  try {
    const inbox: unknown = await client.mailboxOpen('INBOX', { readOnly: true });
    if (typeof member(inbox, 'exists') !== 'number') {
      return { reason: 'server_answer_unreadable', detail: 'The inbox was opened without a count.' };
    }
  } catch (error) {
    return judge(client, error, 'inbox');
  }
  await goodbye(client);
  return works;
};

/** LOGOUT frees the connection at once, where the provider counts them. Its failure changes nothing. */
const goodbye = async (client: ImapFlow): Promise<void> => {
  const timer = setTimeout(() => client.close(), goodbyeTimeout);
  try {
    await client.logout();
  } catch {
    // Proved already.
  } finally {
    clearTimeout(timer);
  }
};

const judge = (client: ImapFlow, error: unknown, phase: ImapPhase): Finding => {
  const words = wordsOf(client, error);
  const detail = words === '' ? null : words;
  if (member(error, 'tlsFailed') === true) return { reason: 'tls_failed', detail };
  const status = statusOf(client, error, phase);
  if (status !== null) {
    const code = textMember(error, 'serverResponseCode')?.toUpperCase() ?? null;
    return { reason: classifyImapRefusal({ phase, status, code, text: words }), detail };
  }
  const code = textMember(error, 'code') ?? '';
  if (phase === 'connect' && speaksOtherwise(client)) return { reason: 'server_answer_unreadable', detail };
  return { reason: classifyConnectionError(code) ?? 'server_answer_unreadable', detail };
};

/** Bytes came and never became a greeting: something else listens there. */
const speaksOtherwise = (client: ImapFlow): boolean =>
  client.greeting === undefined && client.authenticated === false && client.stats().received > 0;

const statusOf = (client: ImapFlow, error: unknown, phase: ImapPhase): 'NO' | 'BAD' | 'BYE' | null => {
  const status = textMember(error, 'responseStatus');
  if (status === 'NO' || status === 'BAD') return status;
  // The library turns Exchange's late refusal into a failed authentication without a status.
  if (phase === 'authenticate' && textMember(error, 'response') !== null) return 'NO';
  return client.byeReason === undefined || client.byeReason === '' ? null : 'BYE';
};

/** The server's words and, for a refused token, its explanation (RFC 7628 section 3.2.2). */
const wordsOf = (client: ImapFlow, error: unknown): string => {
  const said =
    textMember(error, 'response') ??
    textMember(error, 'responseText') ??
    client.byeReason ??
    textMember(error, 'message') ??
    '';
  const explanation = member(error, 'oauthError');
  return typeof explanation === 'object' && explanation !== null
    ? `${said} ${JSON.stringify(explanation)}`
    : said;
};
