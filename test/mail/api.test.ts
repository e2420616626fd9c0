import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import type { ReasonCode } from '../../src/core/diagnosis.ts';
import { createEgress } from '../../src/egress.ts';
import { createProbes } from '../../src/mail/index.ts';
import { portOf } from '../providers/helpers.ts';
import { clock, login, soon, token } from './helpers.ts';

const egress = createEgress();
after(() => egress.close());
const probes = createProbes({ egressFetch: egress.fetch, clock, ca: null });

type Answer = { status: number; body?: unknown };
type Cleanup = { after(run: () => Promise<void>): void };

/** Answers by path; a path without an answer hangs. */
const serve = async (answers: Record<string, Answer>, t: Cleanup) => {
  const authorizations: (string | undefined)[] = [];
  const requests: string[] = [];
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    requests.push(`${request.method} ${request.url}`);
    const answer = answers[request.url ?? ''];
    if (answer === undefined) return;
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { baseUrl: `http://127.0.0.1:${portOf(server)}`, authorizations, requests };
};

const gmail = async (answer: Answer, t: Cleanup, signal = soon()) => {
  const { baseUrl, authorizations } = await serve({ '/users/me/profile': answer }, t);
  const result = await probes.gmail_api({ transport: 'gmail_api', baseUrl }, login, signal);
  assert.deepEqual(authorizations, [`Bearer ${token}`]);
  return result;
};

const googleError = (code: number, reason: string, status = 'X', detail?: string): Answer => ({
  status: code,
  body: {
    error: {
      code,
      message: 'words',
      errors: [{ reason }],
      status,
      details: detail ? [{ reason: detail }] : [],
    },
  },
});

test('the Gmail API is proved by the address of the token’s own mailbox', async (t) => {
  const result = await gmail({ status: 200, body: { emailAddress: 'Ann@Corp.test' } }, t);
  assert.deepEqual([result.ok, result.reason, result.detail], [true, 'ok', null]);
});

const gmailRows: [what: string, answer: Answer, reason: ReasonCode][] = [
  ['another mailbox', { status: 200, body: { emailAddress: 'bob@corp.test' } }, 'wrong_mailbox'],
  ['a profile without address', { status: 200, body: {} }, 'server_answer_unreadable'],
  ['a page', { status: 200, body: '<html>' }, 'server_answer_unreadable'],
  ['401', googleError(401, 'authError', 'UNAUTHENTICATED'), 'authentication_refused'],
  [
    'scope',
    googleError(403, 'insufficientPermissions', 'PERMISSION_DENIED', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT'),
    'scope_missing',
  ],
  ['API off, old form', googleError(403, 'accessNotConfigured'), 'api_not_enabled'],
  [
    'API off, new form',
    googleError(403, 'forbidden', 'PERMISSION_DENIED', 'SERVICE_DISABLED'),
    'api_not_enabled',
  ],
  ['domain policy', googleError(403, 'domainPolicy'), 'blocked_by_policy'],
  ['403 without a known reason', googleError(403, 'forbidden'), 'api_access_denied'],
  ['403 page', { status: 403, body: '<html>' }, 'api_access_denied'],
  ['rate limit', googleError(403, 'userRateLimitExceeded'), 'server_busy'],
  ['daily limit', googleError(403, 'dailyLimitExceeded'), 'quota_exceeded'],
  ['no mailbox', googleError(400, 'failedPrecondition', 'FAILED_PRECONDITION'), 'mailbox_not_found'],
  ['another 400', googleError(400, 'badRequest'), 'server_answer_unreadable'],
  ['429', googleError(429, 'rateLimitExceeded'), 'server_busy'],
  ['500', googleError(500, 'backendError'), 'server_unreachable'],
  ['503', { status: 503, body: '<html>' }, 'server_busy'],
];
for (const [what, answer, reason] of gmailRows) {
  test(`Gmail API: ${what}`, async (t) => {
    const result = await gmail(answer, t);
    assert.deepEqual([result.ok, result.reason], [false, reason]);
  });
}

const me = { status: 200, body: { mail: 'ann@corp.test', userPrincipalName: 'ann@corp.onmicrosoft.test' } };
const inbox = { status: 200, body: { id: 'i-1', displayName: 'Inbox' } };
const graph = async (answers: { me?: Answer; inbox?: Answer }, t: Cleanup, signal = soon()) => {
  const paths = { '/me': answers.me ?? me, '/me/mailFolders/inbox': answers.inbox ?? inbox };
  const { baseUrl } = await serve(paths, t);
  return probes.graph({ transport: 'graph', baseUrl }, login, signal);
};
const graphError = (status: number, code: string): Answer => ({
  status,
  body: { error: { code, message: 'words' } },
});

test('Graph is proved by the address and an inbox that can be read', async (t) => {
  assert.equal((await graph({}, t)).reason, 'ok');
  const byName = { status: 200, body: { mail: null, userPrincipalName: 'ANN@corp.test' } };
  assert.equal((await graph({ me: byName }, t)).reason, 'ok');
});

const noRecipients = graphError(400, 'ErrorInvalidRecipients');

test('a Graph token that may only send is proved by a message to nobody, which is refused for its form', async (t) => {
  const closed = graphError(403, 'ErrorAccessDenied');
  const { baseUrl, requests } = await serve(
    { '/me': me, '/me/mailFolders/inbox': closed, '/me/sendMail': noRecipients },
    t,
  );
  const target = { transport: 'graph', baseUrl } as const;
  const reasonWith = async (scope: string, email = login.email) =>
    (await probes.graph(target, { ...login, email, scope }, soon())).reason;
  assert.equal(await reasonWith('https://graph.microsoft.com/Mail.Send User.Read'), 'ok');
  assert.deepEqual(requests, ['GET /me', 'POST /me/sendMail']);
  assert.equal(await reasonWith('Mail.Send User.Read', 'bea@corp.test'), 'wrong_mailbox');
  requests.length = 0;
  assert.equal(await reasonWith('Mail.Send'), 'ok');
  assert.deepEqual(requests, ['POST /me/sendMail']);
  for (const scope of ['Mail.Send User.Read mail.read', 'https://graph.microsoft.com/Mail.ReadWrite']) {
    assert.equal(await reasonWith(scope), 'api_access_denied');
  }
});

const sendingRows: [what: string, answer: Answer, reason: ReasonCode][] = [
  ['no authority', graphError(403, 'ErrorAccessDenied'), 'api_access_denied'],
  ['a bad token', graphError(401, 'InvalidAuthenticationToken'), 'authentication_refused'],
  ['another sender', graphError(403, 'ErrorSendAsDenied'), 'send_as_denied'],
  ['no mailbox', graphError(404, 'MailboxNotEnabledForRESTAPI'), 'mailbox_not_found'],
  ['a page of some proxy', { status: 400, body: '<html>' }, 'server_answer_unreadable'],
  ['a message to nobody that is taken', { status: 202 }, 'server_answer_unreadable'],
];
for (const [what, answer, reason] of sendingRows) {
  test(`sending through Graph is not proved by ${what}`, async (t) => {
    const { baseUrl } = await serve({ '/me/sendMail': answer }, t);
    const result = await probes.graph(
      { transport: 'graph', baseUrl },
      { ...login, scope: 'Mail.Send' },
      soon(),
    );
    assert.deepEqual([result.ok, result.reason], [false, reason]);
  });
}

test('a Gmail token that may only send is proved by a message to nobody, which is refused for its form', async (t) => {
  const scope = 'openid https://www.googleapis.com/auth/gmail.send';
  const reasonOf = async (answer: Answer, email = login.email) => {
    const { baseUrl, requests } = await serve({ '/users/me/messages/send': answer }, t);
    const result = await probes.gmail_api(
      { transport: 'gmail_api', baseUrl },
      { ...login, email, scope },
      soon(),
    );
    assert.deepEqual(requests, ['POST /users/me/messages/send']);
    return result.reason;
  };
  assert.equal(await reasonOf(googleError(400, 'invalidArgument', 'INVALID_ARGUMENT')), 'ok');
  assert.equal(
    await reasonOf(googleError(400, 'failedPrecondition', 'FAILED_PRECONDITION')),
    'mailbox_not_found',
  );
  assert.equal(await reasonOf(googleError(403, 'insufficientPermissions')), 'scope_missing');
  assert.equal(await reasonOf(googleError(401, 'authError')), 'authentication_refused');
  assert.equal(await reasonOf({ status: 400, body: '<html>' }), 'server_answer_unreadable');
  assert.equal(await reasonOf({ status: 200, body: { id: 'm-1' } }), 'server_answer_unreadable');
});

test("somebody else's token asks for the mailbox by its address, and a refusal names who gives the right", async (t) => {
  const path = '/users/ann%40corp.test';
  const reasonsOf = async (answer: Answer, isAppOnly: boolean) => {
    const borrowed = { ...login, names: 'other', isAppOnly } as const;
    const { baseUrl } = await serve(
      {
        [`${path}/mailFolders/inbox`]: answer,
        [`${path}/sendMail`]: answer.status === 200 ? noRecipients : answer,
        [`${path}/profile`]: answer,
      },
      t,
    );
    const graph = { transport: 'graph', baseUrl } as const;
    return [
      (await probes.graph(graph, borrowed, soon())).reason,
      (await probes.graph(graph, { ...borrowed, scope: 'Mail.Send.Shared' }, soon())).reason,
      (await probes.gmail_api({ transport: 'gmail_api', baseUrl }, borrowed, soon())).reason,
    ];
  };
  const opened = { status: 200, body: { id: 'i-1', emailAddress: 'ann@corp.test' } };
  assert.deepEqual(await reasonsOf(opened, false), ['ok', 'ok', 'ok']);
  const denied = graphError(403, 'ErrorAccessDenied');
  assert.deepEqual(new Set(await reasonsOf(denied, false)), new Set(['shared_mailbox_refused']));
  assert.deepEqual(new Set(await reasonsOf(denied, true)), new Set(['app_only_not_allowed']));
  const expired = graphError(401, 'InvalidAuthenticationToken');
  assert.deepEqual(new Set(await reasonsOf(expired, true)), new Set(['authentication_refused']));
});

const graphRows: [what: string, answers: { me?: Answer; inbox?: Answer }, reason: ReasonCode][] = [
  ['another person', { me: { status: 200, body: { mail: 'bob@corp.test' } } }, 'wrong_mailbox'],
  ['a person without address', { me: { status: 200, body: {} } }, 'server_answer_unreadable'],
  ['401', { me: graphError(401, 'InvalidAuthenticationToken') }, 'authentication_refused'],
  ['403 at the profile', { me: graphError(403, 'Authorization_RequestDenied') }, 'api_access_denied'],
  ['403 at the inbox', { inbox: graphError(403, 'ErrorAccessDenied') }, 'api_access_denied'],
  ['no licence', { inbox: graphError(404, 'MailboxNotEnabledForRESTAPI') }, 'mailbox_not_found'],
  ['no inbox', { inbox: graphError(404, 'ErrorItemNotFound') }, 'inbox_unavailable'],
  ['throttled', { inbox: graphError(429, 'ApplicationThrottled') }, 'server_busy'],
  ['503', { inbox: graphError(503, 'x') }, 'server_busy'],
  ['502 page', { me: { status: 502, body: '<html>' } }, 'server_unreachable'],
  ['an inbox without id', { inbox: { status: 200, body: {} } }, 'server_answer_unreadable'],
];
for (const [what, answers, reason] of graphRows) {
  test(`Graph: ${what}`, async (t) => {
    const result = await graph(answers, t);
    assert.deepEqual([result.ok, result.reason], [false, reason]);
  });
}

test('an API that does not answer ends with the time limit', async (t) => {
  const { baseUrl } = await serve({}, t);
  const gmailResult = await probes.gmail_api(
    { transport: 'gmail_api', baseUrl },
    login,
    AbortSignal.timeout(30),
  );
  assert.equal(gmailResult.reason, 'server_timeout');
  const graphResult = await probes.graph({ transport: 'graph', baseUrl }, login, AbortSignal.timeout(30));
  assert.equal(graphResult.reason, 'server_timeout');
});

test('an API behind a closed port is unreachable', async () => {
  const baseUrl = 'http://127.0.0.1:9';
  assert.equal(
    (await probes.graph({ transport: 'graph', baseUrl }, login, soon())).reason,
    'server_unreachable',
  );
});
