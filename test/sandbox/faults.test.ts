// Scripted misbehaviour and the journal that shows what arrived.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namedFaults, type SandboxAuthorizationServer } from '../../sandbox/index.ts';
import { until } from '../support/until.ts';
import { clientOf, sandboxFor } from './harness.ts';

test('a refresh that hangs and is abandoned does not consume the refresh token', async (t) => {
  const sandbox = await sandboxFor(t, { mail: 'none', rotation: { microsoft: 'strict' } });
  const client = clientOf(sandbox, 'microsoft');
  const { body } = await client.connect();
  for (const fault of [namedFaults.hanging('refresh'), namedFaults.slow('refresh', 60_000)]) {
    sandbox.microsoft.configure({ fault });
    const caller = new AbortController();
    const call = client.refresh(body.refresh_token, {}, caller.signal);
    await served(sandbox.microsoft, sandbox.microsoft.stats().faultsServed + 1);
    caller.abort();
    await assert.rejects(call);
  }
  sandbox.microsoft.configure({ fault: null });
  assert.equal((await client.refresh(body.refresh_token)).status, 200);
  assert.equal(sandbox.microsoft.stats().refreshes, 1);
});

test('a lost answer means the work was done: the old token is used up', async (t) => {
  const sandbox = await sandboxFor(t, { mail: 'none', rotation: { microsoft: 'strict' } });
  const client = clientOf(sandbox, 'microsoft');
  const { body } = await client.connect();
  sandbox.microsoft.configure({ fault: namedFaults.lostAnswer('refresh') });
  await assert.rejects(client.refresh(body.refresh_token));
  assert.equal((await client.refresh(body.refresh_token)).body.error, 'invalid_grant');
});

test('an answer that is late is of work that was done at once, whether or not anybody waits for it', async (t) => {
  const sandbox = await sandboxFor(t, { mail: 'none', rotation: { microsoft: 'strict' } });
  const client = clientOf(sandbox, 'microsoft');
  const { body } = await client.connect();
  sandbox.microsoft.configure({ fault: namedFaults.lateAnswer('refresh', 20) });
  const late = await client.refresh(body.refresh_token);
  assert.equal(late.status, 200);
  sandbox.microsoft.configure({ fault: namedFaults.lateAnswer('refresh', 60_000) });
  const caller = new AbortController();
  const minted = sandbox.mintedSecrets().length;
  const call = client.refresh(late.body.refresh_token, {}, caller.signal);
  await until('the work was done', () => sandbox.mintedSecrets().length >= minted + 2);
  caller.abort();
  await assert.rejects(call);
  sandbox.microsoft.configure({ fault: null });
  assert.equal((await client.refresh(late.body.refresh_token)).body.error, 'invalid_grant');
});

test('a short delay only delays', async (t) => {
  const sandbox = await sandboxFor(t);
  const client = clientOf(sandbox, 'google');
  const { body } = await client.connect();
  sandbox.google.configure({ fault: namedFaults.slow('refresh', 5) });
  assert.equal((await client.refresh(body.refresh_token)).status, 200);
});

test('a fault strikes its own kind of request, as often as told', async (t) => {
  const sandbox = await sandboxFor(t);
  const client = clientOf(sandbox, 'google');
  const { body } = await client.connect();
  sandbox.google.configure({ fault: { ...namedFaults.rateLimited('refresh', 7), times: 2 } });
  for (const _ of [1, 2]) {
    const refused = await client.refresh(body.refresh_token);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('retry-after'), '7');
  }
  assert.equal((await client.refresh(body.refresh_token)).status, 200);
});

test('ready-made faults look like the providers', async (t) => {
  const sandbox = await sandboxFor(t);
  const google = clientOf(sandbox, 'google');
  const microsoft = clientOf(sandbox, 'microsoft');
  const answerTo = async (fault: Parameters<SandboxAuthorizationServer['configure']>[0]['fault']) => {
    sandbox.google.configure({ fault: fault ?? null });
    return google.refresh('any');
  };
  assert.equal((await answerTo(namedFaults.serverError('refresh'))).status, 503);
  assert.match((await answerTo(namedFaults.html('refresh'))).headers.get('content-type') ?? '', /html/);
  assert.equal((await answerTo(namedFaults.invalidRapt('refresh'))).body.error_subtype, 'invalid_rapt');
  const unknownClient = await answerTo(namedFaults.invalidClient('refresh'));
  assert.equal(unknownClient.status, 401);
  assert.equal(unknownClient.body.error_description, 'The OAuth client was not found.');

  sandbox.microsoft.configure({
    fault: [
      { ...namedFaults.clientSecretExpired('refresh'), times: 1 },
      namedFaults.aadsts('refresh', 50076, 'interaction_required', 'basic_action'),
    ],
  });
  assert.deepEqual((await microsoft.refresh('any')).body.error_codes, [7000222]);
  const challenge = await microsoft.refresh('any');
  assert.equal(challenge.body.error, 'interaction_required');
  assert.equal(challenge.body.suberror, 'basic_action');
});

test('the journal knows what arrived and holds no secret', async (t) => {
  const sandbox = await sandboxFor(t);
  const { body } = await clientOf(sandbox, 'google').connect();
  await clientOf(sandbox, 'google').refresh(body.refresh_token);
  const [refresh] = sandbox.journal.entries({ provider: 'google', kind: 'refresh' });
  assert.equal(refresh?.login, 'alice@gmail.test');
  assert.equal(refresh?.status, 200);
  assert.equal(refresh?.grantType, 'refresh_token');
  const written = JSON.stringify(sandbox.journal.entries());
  const secrets = sandbox.mintedSecrets();
  assert.ok(secrets.includes(String(body.access_token)));
  assert.ok(secrets.includes(String(body.refresh_token)));
  assert.ok(secrets.includes(String(body.id_token)));
  assert.ok(secrets.includes(sandbox.google.clients.confidential.clientSecret));
  for (const secret of secrets) assert.ok(!written.includes(secret));
});

/** Resolves once that many faults have fired. */
async function served(server: SandboxAuthorizationServer, count: number): Promise<void> {
  while (server.stats().faultsServed < count) await new Promise((resolve) => setImmediate(resolve));
}
