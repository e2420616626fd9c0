// Proves the Gmail API: reads the profile of the mailbox, whose address must be the expected one. A token that may
// only send is proved by a message to nobody, which Gmail must refuse for its form: nothing is ever sent.
// https://developers.google.com/workspace/gmail/api/guides/handle-errors
import type { ReasonCode } from '../core/diagnosis.ts';
import type { Clock, EgressFetch, Probe } from '../core/ports.ts';
import { type Api, type ApiAnswer, openApi, statusFinding } from './api-answer.ts';
import { createProbe, type Finding, member, textMember, works } from './probe.ts';

export const createGmailApiProbe = (deps: { clock: Pick<Clock, 'now'>; egressFetch: EgressFetch }): Probe =>
  createProbe('gmail_api', deps.clock, async (target, login, signal) => {
    if (target.transport !== 'gmail_api') throw new TypeError('The Gmail API probe needs its base URL.');
    const { email, accessToken, names, scope } = login;
    const api = openApi({ ...deps, baseUrl: target.baseUrl, accessToken, signal });
    const mailbox = `/users/${names === 'own' ? 'me' : encodeURIComponent(email)}`;
    if (scope !== undefined && sendScope.test(scope) && !profileScope.test(scope)) {
      return proveSending(api, mailbox);
    }
    const answer = await api.get(`${mailbox}/profile`);
    if ('reason' in answer) return answer;
    if (answer.status !== 200) return readGmailError(answer).finding;
    const address = textMember(answer.body, 'emailAddress');
    if (address === null) return { reason: 'server_answer_unreadable', detail: null };
    if (address.toLowerCase() === email.toLowerCase()) return works;
    return { reason: 'wrong_mailbox', detail: `The token belongs to ${address}.` };
  });

const sendScope = /(?:^|\s)https:\/\/www\.googleapis\.com\/auth\/gmail\.send(?=\s|$)/i;
const profileScope =
  /(?:^|\s)https:\/\/(?:mail\.google\.com|www\.googleapis\.com\/auth\/gmail\.(?:modify|readonly|compose|metadata))\/?(?=\s|$)/i;

/** A whole message but for its recipient. */
const toNobody = Buffer.from('Subject: Permission check\r\n\r\nThis message has no recipient.\r\n').toString(
  'base64url',
);

const proveSending = async (api: Api, mailbox: string): Promise<Finding> => {
  const answer = await api.post(`${mailbox}/messages/send`, { raw: toNobody });
  if ('reason' in answer) return answer;
  const { names, finding } = readGmailError(answer);
  const isForm = names.includes('invalidArgument') || names.includes('INVALID_ARGUMENT');
  return answer.status === 400 && isForm ? works : finding;
};

/** `error.errors[].reason`, `error.details[].reason` and `error.status`, whichever the table knows first. */
const reasonTable: Readonly<Record<string, ReasonCode>> = {
  accessNotConfigured: 'api_not_enabled',
  SERVICE_DISABLED: 'api_not_enabled',
  ACCESS_TOKEN_SCOPE_INSUFFICIENT: 'scope_missing',
  insufficientPermissions: 'scope_missing',
  rateLimitExceeded: 'server_busy',
  userRateLimitExceeded: 'server_busy',
  RATE_LIMIT_EXCEEDED: 'server_busy',
  RESOURCE_EXHAUSTED: 'server_busy',
  dailyLimitExceeded: 'quota_exceeded',
  quotaExceeded: 'quota_exceeded',
  domainPolicy: 'blocked_by_policy',
  // A Google account without a Gmail mailbox.
  failedPrecondition: 'mailbox_not_found',
  FAILED_PRECONDITION: 'mailbox_not_found',
  mailServiceNotEnabled: 'mailbox_not_found',
};

const readGmailError = ({ status, body }: ApiAnswer): { names: string[]; finding: Finding } => {
  const error = member(body, 'error');
  const names = [
    ...namesIn(member(error, 'details')),
    ...namesIn(member(error, 'errors')),
    textMember(error, 'status') ?? '',
  ];
  const words = [String(status), ...names, textMember(error, 'message') ?? ''];
  const detail = words.filter((part) => part !== '').join(' ');
  const known = names.find((name) => Object.hasOwn(reasonTable, name));
  const named = known === undefined ? undefined : reasonTable[known];
  const unnamed = status === 403 ? 'api_access_denied' : 'server_answer_unreadable';
  return { names, finding: statusFinding(status, detail) ?? { reason: named ?? unnamed, detail } };
};

const namesIn = (list: unknown): string[] =>
  Array.isArray(list) ? list.map((one) => textMember(one, 'reason')).filter((name) => name !== null) : [];
