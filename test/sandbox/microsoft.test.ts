// Habits of Microsoft Entra that the stand-in keeps.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { CONSUMER_TENANT_ID } from '../../sandbox/index.ts';
import {
  claimsOf,
  clientOf,
  DEFAULT_SCOPE,
  GRAPH_READ,
  GRAPH_USER,
  getWithToken,
  OUTLOOK_IMAP,
  OUTLOOK_SMTP,
  postForm,
  REDIRECT_URI,
  sandboxFor,
} from './harness.ts';

const BOTH_RESOURCES = `${DEFAULT_SCOPE.microsoft} ${GRAPH_READ}`;

test('strict rotation: using an old refresh token kills the whole family', async (t) => {
  const sandbox = await sandboxFor(t, { mail: 'none', rotation: { microsoft: 'strict' } });
  const client = clientOf(sandbox, 'microsoft');
  const { body } = await client.connect();
  const winner = await client.refresh(body.refresh_token);
  assert.notEqual(winner.body.refresh_token, body.refresh_token);
  const reused = await client.refresh(body.refresh_token);
  assert.equal(reused.body.error, 'invalid_grant');
  assert.equal((await client.refresh(winner.body.refresh_token)).body.error, 'invalid_grant');
  assert.equal((await client.introspect(winner.body.access_token)).active, false);
});

test('strict rotation: a family that dies leaves other connections of the person alive', async (t) => {
  const sandbox = await sandboxFor(t, { mail: 'none', rotation: { microsoft: 'strict' } });
  const client = clientOf(sandbox, 'microsoft');
  const first = await client.connect();
  const second = await client.connect();
  await client.refresh(first.body.refresh_token);
  await client.refresh(first.body.refresh_token);
  assert.equal((await client.refresh(second.body.refresh_token)).status, 200);
});

test('lenient rotation: every refresh gives a new refresh token and old ones stay valid', async (t) => {
  const client = clientOf(await sandboxFor(t), 'microsoft');
  const { body } = await client.connect();
  const answers = await Promise.all([1, 2, 3].map(() => client.refresh(body.refresh_token)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  );
  assert.equal(new Set(answers.map((answer) => answer.body.refresh_token)).size, 3);
  for (const answer of answers) assert.equal((await client.refresh(answer.body.refresh_token)).status, 200);
});

test('a refresh token needs offline_access, and comes on silent re-authorization too', async (t) => {
  const client = clientOf(await sandboxFor(t), 'microsoft');
  const without = await client.connect({ login: 'frank@contoso.test' }, { scope: `openid ${OUTLOOK_IMAP}` });
  assert.equal(without.body.refresh_token, undefined);
  const first = await client.connect();
  const silent = await client.authorize({ cookies: first.cookies });
  assert.deepEqual(silent.pages, []);
  const { body } = await client.exchange(silent.query.get('code'));
  assert.equal(typeof body.refresh_token, 'string');
});

test('a token call names one resource; authorize may list several', async (t) => {
  const client = clientOf(await sandboxFor(t), 'microsoft');
  const { query } = await client.authorize({}, { scope: BOTH_RESOURCES });
  const mixed = await client.exchange(query.get('code'), { scope: `${OUTLOOK_IMAP} ${GRAPH_READ}` });
  assert.equal(mixed.status, 400);
  assert.equal(mixed.body.error, 'invalid_scope');
  assert.deepEqual(mixed.body.error_codes, [28000]);

  const outlook = await client.exchange(query.get('code'), {
    scope: `openid offline_access ${OUTLOOK_IMAP}`,
  });
  assert.equal(outlook.body.scope, OUTLOOK_IMAP);
  assert.equal((await client.introspect(outlook.body.access_token)).scope, OUTLOOK_IMAP);
  const graph = await client.refresh(outlook.body.refresh_token, { scope: `offline_access ${GRAPH_READ}` });
  assert.equal(graph.body.scope, GRAPH_READ);
  const back = await client.refresh(graph.body.refresh_token, { scope: `${OUTLOOK_IMAP} ${OUTLOOK_SMTP}` });
  assert.deepEqual(String(back.body.scope).split(' ').sort(), [OUTLOOK_IMAP, OUTLOOK_SMTP]);
});

test('without scope the token is for the first resource only', async (t) => {
  const client = clientOf(await sandboxFor(t), 'microsoft');
  const { body } = await client.connect({}, { scope: `offline_access ${GRAPH_READ} ${OUTLOOK_IMAP}` });
  assert.equal(body.scope, GRAPH_READ);
});

test('a resource without consent is refused while the grant lives on', async (t) => {
  const client = clientOf(await sandboxFor(t), 'microsoft');
  const work = await client.connect();
  const refusedWork = await client.refresh(work.body.refresh_token, { scope: GRAPH_READ });
  assert.equal(refusedWork.body.suberror, 'consent_required');
  const personal = await client.connect({ login: 'dave@outlook.test' });
  const refusedPersonal = await client.refresh(personal.body.refresh_token, { scope: GRAPH_READ });
  assert.equal(refusedPersonal.body.error, 'invalid_grant');
  assert.deepEqual(refusedPersonal.body.error_codes, [70000]);
  assert.equal((await client.refresh(personal.body.refresh_token, { scope: OUTLOOK_IMAP })).status, 200);
});

test('a bare scope name means Graph, and case does not matter', async (t) => {
  const client = clientOf(await sandboxFor(t), 'microsoft');
  const { body } = await client.connect({}, { scope: 'openid offline_access mail.READ' });
  assert.equal(body.scope, GRAPH_READ);
});

test('the issuer is the home tenant of the person, for personal accounts too', async (t) => {
  const sandbox = await sandboxFor(t);
  const client = clientOf(sandbox, 'microsoft');
  const { origin } = sandbox.microsoft;
  const personal = claimsOf((await client.connect({ login: 'dave@outlook.test' })).body.id_token);
  assert.equal(personal.iss, `${origin}/${CONSUMER_TENANT_ID}/v2.0`);
  assert.equal(personal.tid, CONSUMER_TENANT_ID);
  const work = claimsOf((await client.connect()).body.id_token);
  assert.equal(work.iss, `${origin}/${work.tid}/v2.0`);
  assert.notEqual(work.tid, CONSUMER_TENANT_ID);
  assert.equal(work.preferred_username, 'erin@contoso.test');
  assert.equal(work.ver, '2.0');
  assert.notEqual(work.sub, work.oid);
});

test('discovery for the shared tenants shows the literal issuer template', async (t) => {
  const { microsoft } = await sandboxFor(t);
  const read = async (tenant: string) => {
    const response = await fetch(`${microsoft.origin}/${tenant}/v2.0/.well-known/openid-configuration`);
    return claims(await response.json());
  };
  assert.equal((await read('common')).issuer, `${microsoft.origin}/{tenantid}/v2.0`);
  assert.equal((await read(CONSUMER_TENANT_ID)).issuer, `${microsoft.origin}/${CONSUMER_TENANT_ID}/v2.0`);
});

test('the tenant in the path decides who can sign in', async (t) => {
  const client = clientOf(await sandboxFor(t), 'microsoft');
  const choose = (tenant: string, login: string) =>
    approve(client.authorizeUrl({}, tenant), { login, stopBeforeCallback: true });
  await assert.rejects(choose('organizations', 'dave@outlook.test'), /does not offer/);
  await assert.rejects(choose('consumers', 'erin@contoso.test'), /does not offer/);
  assert.match((await choose('consumers', 'dave@outlook.test')).callbackUrl, /code=/);
});

test('email and name can be absent', async (t) => {
  const sandbox = await sandboxFor(t);
  sandbox.microsoft.setUser('erin@contoso.test', { emailClaim: false, name: undefined });
  const claimed = claimsOf((await clientOf(sandbox, 'microsoft').connect()).body.id_token);
  assert.equal('email' in claimed, false);
  assert.equal('name' in claimed, false);
});

test('errors have the shape of AADSTS bodies', async (t) => {
  const sandbox = await sandboxFor(t);
  const client = clientOf(sandbox, 'microsoft');
  const { body } = await client.refresh('nonsense');
  assert.equal(body.error, 'invalid_grant');
  assert.match(
    String(body.error_description),
    /^AADSTS70000: .* Trace ID: .* Correlation ID: .* Timestamp: /,
  );
  assert.ok(body.trace_id && body.correlation_id && body.timestamp);
  const unknownClient = await client.token({
    grant_type: 'refresh_token',
    client_id: 'nobody',
    refresh_token: 'x',
  });
  assert.deepEqual(unknownClient.body.error_codes, [700016]);
});

test('there is no revocation endpoint', async (t) => {
  const { microsoft } = await sandboxFor(t);
  assert.equal((await postForm(`${microsoft.origin}/revoke`, { token: 'x' })).status, 404);
});

test('Graph tells a foreign token, a missing scope and a missing mailbox apart', async (t) => {
  const sandbox = await sandboxFor(t);
  const client = clientOf(sandbox, 'microsoft');
  const inbox = `${sandbox.microsoft.origin}/v1.0/me/mailFolders/inbox`;
  const { body } = await client.connect(
    {},
    { scope: `offline_access ${GRAPH_USER} ${GRAPH_READ} ${OUTLOOK_IMAP}` },
  );
  assert.equal((await getWithToken(inbox, body.access_token)).status, 200);
  const me = await getWithToken(`${sandbox.microsoft.origin}/v1.0/me`, body.access_token);
  assert.equal(me.body.userPrincipalName, 'erin@contoso.test');

  const outlook = await client.refresh(body.refresh_token, { scope: OUTLOOK_IMAP });
  const foreign = await getWithToken(inbox, outlook.body.access_token);
  assert.equal(foreign.status, 401);
  assert.match(JSON.stringify(foreign.body), /InvalidAuthenticationToken/);
  const userOnly = await client.refresh(body.refresh_token, { scope: GRAPH_USER });
  const denied = await getWithToken(inbox, userOnly.body.access_token);
  assert.equal(denied.status, 403);
  assert.match(JSON.stringify(denied.body), /ErrorAccessDenied/);
  sandbox.microsoft.setUser('erin@contoso.test', { mailbox: 'missing' });
  const missing = await getWithToken(inbox, body.access_token);
  assert.equal(missing.status, 404);
  assert.match(JSON.stringify(missing.body), /MailboxNotEnabledForRESTAPI/);
});

test('the callback of a refusal names the AADSTS code and carries no iss', async (t) => {
  const { callbackUrl, query } = await clientOf(await sandboxFor(t), 'microsoft').authorize({ deny: true });
  assert.ok(callbackUrl.startsWith(REDIRECT_URI));
  assert.match(query.get('error_description') ?? '', /^AADSTS65004/);
  assert.equal(query.get('iss'), null);
});

function claims(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
