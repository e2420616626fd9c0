// Proves Microsoft Graph: who the token is for, then whether the inbox can be read, since an account without a
// mailbox still has a profile. https://learn.microsoft.com/graph/errors
import type { ReasonCode } from '../core/diagnosis.ts';
import type { Clock, EgressFetch, Probe } from '../core/ports.ts';
import { type ApiAnswer, getJson, statusFinding } from './api-answer.ts';
import { createProbe, type Finding, member, textMember, works } from './probe.ts';

export const createGraphProbe = (deps: { clock: Pick<Clock, 'now'>; egressFetch: EgressFetch }): Probe =>
  createProbe('graph', deps.clock, async (target, login, signal) => {
    if (target.transport !== 'graph') throw new TypeError('The Graph probe needs its base URL.');
    const get = (path: string): Promise<ApiAnswer | Finding> =>
      getJson(deps.egressFetch, `${target.baseUrl}${path}`, login.accessToken, signal);

    const me = await get('/me');
    if ('reason' in me) return me;
    if (me.status !== 200) return judgeGraphError(me);
    const addresses = ['mail', 'userPrincipalName']
      .map((name) => textMember(me.body, name))
      .filter((address) => address !== null);
    if (addresses.length === 0) return { reason: 'server_answer_unreadable', detail: null };
    const isOwner = addresses.some((address) => address.toLowerCase() === login.email.toLowerCase());

    // A token that may only send cannot look into the inbox: the address is all there is to prove.
    if (login.scope !== undefined && !readScope.test(login.scope)) {
      return isOwner ? works : anotherOwner(addresses);
    }
    // The inbox first: without a mailbox the address would be the lesser finding.
    const inbox = await get('/me/mailFolders/inbox');
    if ('reason' in inbox) return inbox;
    if (inbox.status !== 200) return judgeGraphError(inbox);
    if (textMember(inbox.body, 'id') === null) return { reason: 'server_answer_unreadable', detail: null };
    return isOwner ? works : anotherOwner(addresses);
  });

const readScope = /(?:^|[\s/])mail\.read(?:write)?(?=\s|$)/i;

const anotherOwner = (addresses: readonly string[]): Finding => ({
  reason: 'wrong_mailbox',
  detail: `The token belongs to ${addresses.join(', ')}.`,
});

/** `error.code`, top level: Microsoft promises these, not the messages. */
const codeTable: Readonly<Record<string, ReasonCode>> = {
  MailboxNotEnabledForRESTAPI: 'mailbox_not_found',
  MailboxNotSupportedForRESTAPI: 'mailbox_not_found',
  ErrorNonExistentMailbox: 'mailbox_not_found',
  ResourceNotFound: 'mailbox_not_found',
  ErrorItemNotFound: 'inbox_unavailable',
  ErrorFolderNotFound: 'inbox_unavailable',
  ApplicationThrottled: 'server_busy',
  ErrorMailboxMoveInProgress: 'server_busy',
  ErrorQuotaExceeded: 'quota_exceeded',
};

export const judgeGraphError = ({ status, body }: ApiAnswer): Finding => {
  const error = member(body, 'error');
  const code = textMember(error, 'code') ?? '';
  const words = [String(status), code, textMember(error, 'message') ?? ''];
  const detail = words.filter((part) => part !== '').join(' ');
  const byStatus = statusFinding(status, detail);
  if (byStatus !== null) return byStatus;
  const reason = Object.hasOwn(codeTable, code) ? codeTable[code] : undefined;
  if (reason !== undefined) return { reason, detail };
  return { reason: status === 403 ? 'api_access_denied' : 'server_answer_unreadable', detail };
};
