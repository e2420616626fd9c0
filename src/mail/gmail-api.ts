// Proves the Gmail API: reads the profile of the token's own mailbox, whose address must be the expected one.
// https://developers.google.com/workspace/gmail/api/guides/handle-errors
import type { ReasonCode } from '../core/diagnosis.ts';
import type { Clock, EgressFetch, Probe } from '../core/ports.ts';
import { type ApiAnswer, getJson, statusFinding } from './api-answer.ts';
import { createProbe, type Finding, member, textMember, works } from './probe.ts';

export const createGmailApiProbe = (deps: { clock: Pick<Clock, 'now'>; egressFetch: EgressFetch }): Probe =>
  createProbe('gmail_api', deps.clock, async (target, login, signal) => {
    if (target.transport !== 'gmail_api') throw new TypeError('The Gmail API probe needs its base URL.');
    const url = `${target.baseUrl}/users/me/profile`;
    const answer = await getJson(deps.egressFetch, url, login.accessToken, signal);
    if ('reason' in answer) return answer;
    if (answer.status !== 200) return judgeGmailError(answer);
    const address = textMember(answer.body, 'emailAddress');
    if (address === null) return { reason: 'server_answer_unreadable', detail: null };
    if (address.toLowerCase() === login.email.toLowerCase()) return works;
    return { reason: 'wrong_mailbox', detail: `The token belongs to ${address}.` };
  });

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

export const judgeGmailError = ({ status, body }: ApiAnswer): Finding => {
  const error = member(body, 'error');
  const names = [
    ...namesIn(member(error, 'details')),
    ...namesIn(member(error, 'errors')),
    textMember(error, 'status') ?? '',
  ];
  const words = [String(status), ...names, textMember(error, 'message') ?? ''];
  const detail = words.filter((part) => part !== '').join(' ');
  const byStatus = statusFinding(status, detail);
  if (byStatus !== null) return byStatus;
  const known = names.find((name) => Object.hasOwn(reasonTable, name));
  const reason = known === undefined ? undefined : reasonTable[known];
  if (reason !== undefined) return { reason, detail };
  return { reason: status === 403 ? 'api_access_denied' : 'server_answer_unreadable', detail };
};

const namesIn = (list: unknown): string[] =>
  Array.isArray(list) ? list.map((one) => textMember(one, 'reason')).filter((name) => name !== null) : [];
