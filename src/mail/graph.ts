// Proves Microsoft Graph: who the token is for, then whether the inbox can be read, since an account without a
// mailbox still has a profile. A token that may only send is proved by a message to nobody, which Graph must refuse
// for its form: nothing is ever sent. https://learn.microsoft.com/graph/errors
import type { ReasonCode } from '../core/diagnosis.ts';
import type { Clock, EgressFetch, Probe } from '../core/ports.ts';
import { type Api, type ApiAnswer, openApi, statusFinding } from './api-answer.ts';
import { createProbe, type Finding, member, textMember, works } from './probe.ts';

export const createGraphProbe = (deps: { clock: Pick<Clock, 'now'>; egressFetch: EgressFetch }): Probe =>
  createProbe('graph', deps.clock, async (target, login, signal) => {
    if (target.transport !== 'graph') throw new TypeError('The Graph probe needs its base URL.');
    const { email, accessToken, names, scope } = login;
    const api = openApi({ ...deps, baseUrl: target.baseUrl, accessToken, signal });
    const sendsOnly = scope !== undefined && sendScope.test(scope) && !readScope.test(scope);
    const prove = sendsOnly ? proveSending : proveInbox;
    // Somebody else's token: the path names the mailbox, and the profile would be the wrong one.
    if (names === 'other') return prove(api, `/users/${encodeURIComponent(email)}`);

    // Without this permission a token that may send cannot say whose it is.
    const owner = sendsOnly && !profileScope.test(scope) ? works : await proveOwner(api, email);
    if (owner.reason !== 'ok' && owner.reason !== 'wrong_mailbox') return owner;
    // Without a mailbox the address would be the lesser finding.
    const mailbox = await prove(api, '/me');
    return mailbox.reason === 'ok' ? owner : mailbox;
  });

const sendScope = /(?:^|[\s/])mail\.send(?:\.shared)?(?=\s|$)/i;
const readScope = /(?:^|[\s/])mail\.read(?:write)?(?:\.shared)?(?=\s|$)/i;
const profileScope = /(?:^|[\s/])user\.read(?:\.all|write|basic\.all)?(?=\s|$)/i;

const proveOwner = async (api: Api, email: string): Promise<Finding> => {
  const me = await api.get('/me');
  if ('reason' in me) return me;
  if (me.status !== 200) return judgeGraphError(me);
  const addresses = ['mail', 'userPrincipalName']
    .map((name) => textMember(me.body, name))
    .filter((address) => address !== null);
  if (addresses.length === 0) return { reason: 'server_answer_unreadable', detail: null };
  const isOwner = addresses.some((address) => address.toLowerCase() === email.toLowerCase());
  return isOwner
    ? works
    : { reason: 'wrong_mailbox', detail: `The token belongs to ${addresses.join(', ')}.` };
};

const proveInbox = async (api: Api, mailbox: string): Promise<Finding> => {
  const inbox = await api.get(`${mailbox}/mailFolders/inbox`);
  if ('reason' in inbox) return inbox;
  if (inbox.status !== 200) return judgeGraphError(inbox);
  return textMember(inbox.body, 'id') === null ? { reason: 'server_answer_unreadable', detail: null } : works;
};

/** A whole message but for its recipients. */
const toNobody = {
  message: {
    subject: 'Permission check',
    body: { contentType: 'Text', content: 'This message has no recipient.' },
    toRecipients: [],
  },
  saveToSentItems: false,
};

const proveSending = async (api: Api, mailbox: string): Promise<Finding> => {
  const answer = await api.post(`${mailbox}/sendMail`, toNobody);
  if ('reason' in answer) return answer;
  const isRefusal = textMember(member(answer.body, 'error'), 'code') !== null;
  const finding = judgeGraphError(answer);
  // Any other complaint about the form will do: authority is judged first.
  return answer.status === 400 && isRefusal && finding.reason === 'server_answer_unreadable'
    ? works
    : finding;
};

/** `error.code`, top level: Microsoft promises these, not the messages. */
const codeTable: Readonly<Record<string, ReasonCode>> = {
  MailboxNotEnabledForRESTAPI: 'mailbox_not_found',
  MailboxNotSupportedForRESTAPI: 'mailbox_not_found',
  ErrorNonExistentMailbox: 'mailbox_not_found',
  ErrorInvalidUser: 'mailbox_not_found',
  Request_ResourceNotFound: 'mailbox_not_found',
  ResourceNotFound: 'mailbox_not_found',
  ErrorItemNotFound: 'inbox_unavailable',
  ErrorFolderNotFound: 'inbox_unavailable',
  ErrorSendAsDenied: 'send_as_denied',
  ApplicationThrottled: 'server_busy',
  ErrorMailboxMoveInProgress: 'server_busy',
  ErrorQuotaExceeded: 'quota_exceeded',
};

const judgeGraphError = ({ status, body }: ApiAnswer): Finding => {
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
