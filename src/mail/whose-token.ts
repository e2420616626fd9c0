// What a refusal means when the token is not the mailbox's own, or the mailbox is a personal one: the servers say the
// same words to all of them, but another person has to act.
import type { ReasonCode } from '../core/diagnosis.ts';
import type { ProbeLogin, Transport } from '../core/ports.ts';

/** Refusals that may be about the right to open this mailbox rather than about the token. */
const rightsRefused: Readonly<Record<Transport, readonly ReasonCode[]>> = {
  // Exchange lets a stranger's token in, too, and refuses only the mailbox.
  imap: ['authentication_refused', 'imap_disabled'],
  smtp: ['authentication_refused', 'send_as_denied'],
  // An API says 401 of a bad token and 403 of a closed mailbox.
  gmail_api: ['api_access_denied'],
  graph: ['api_access_denied', 'send_as_denied'],
};

export const refineByToken = (
  transport: Transport,
  reason: ReasonCode,
  login: Pick<ProbeLogin, 'email' | 'names' | 'isAppOnly'>,
): ReasonCode => {
  if (rightsRefused[transport].includes(reason)) {
    if (login.isAppOnly) return 'app_only_not_allowed';
    if (login.names === 'other') return 'shared_mailbox_refused';
  }
  return reason === 'imap_disabled' && consumerDomain.test(login.email)
    ? 'imap_switched_off_personal'
    : reason;
};

/** Domains of Microsoft's personal mailboxes, whose owners have the switch themselves. */
const consumerDomain = /@(?:outlook|hotmail|live|msn)\.[a-z]{2,4}(?:\.[a-z]{2})?$/i;
