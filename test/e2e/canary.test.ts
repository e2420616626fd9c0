// Every secret that was minted in a busy run is searched for wherever it must not be.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { namedFaults } from '../../sandbox/faults.ts';
import { type Answer, type Installation, startInstallation } from '../support/installation.ts';

let installation: Installation;
before(async () => {
  installation = await startInstallation({ environment: { MAILGRANT_PROVIDER_TIMEOUT_SECONDS: '2' } });
});
after(() => installation.close());

test('no minted secret is in logs, answers, pages or the raw database', async () => {
  const { sandbox, call, connect, addWorkspace } = installation;
  const answers: Answer[] = [];
  const pages: string[] = [];
  const note = async (answer: Promise<Answer>): Promise<Answer> => {
    answers.push(await answer);
    return answer;
  };
  const owners = { google: 'bob@corp.test', microsoft: 'erin@contoso.test' } as const;
  const handedOut = new Set<string>();

  for (const provider of ['google', 'microsoft'] as const) {
    sandbox[provider].configure({ accessTokenTtlSeconds: 30 });
    const { session, page } = await connect(provider, { login: owners[provider] });
    pages.push(page.body, page.url);
    const path = `/v1/mailboxes/${session.mailbox_id}`;
    // Token answers hold one access token, on purpose; everything else of theirs is searched too.
    const token = await call('POST', `${path}/token`);
    handedOut.add(String(token.body.access_token));
    await note(withoutAccessToken(Promise.resolve(token)));
    await note(call('GET', path));
    await note(call('POST', `${path}/verify`));
    for (const fault of [
      namedFaults.html('refresh'),
      namedFaults.serverError('refresh'),
      namedFaults.invalidGrant('refresh'),
    ]) {
      sandbox[provider].configure({ fault });
      await note(withoutAccessToken(call('POST', `${path}/token`)));
    }
    sandbox[provider].configure({ fault: null });
    await note(call('GET', path));
    const failed = await connect(provider, { login: owners[provider], deny: true });
    pages.push(failed.page.body, failed.page.url);
    answers.push({ ...token, text: JSON.stringify(failed.session) });
  }
  const workspace = await addWorkspace('Other');
  const secretText = 'a-client-secret-that-nobody-may-see';
  await note(
    workspace.call('POST', '/v1/oauth-clients', {
      provider: 'google',
      name: 'Own',
      client_id: 'own',
      client_secret: secretText,
    }),
  );
  for (const path of [
    '/v1/oauth-clients',
    '/v1/mailboxes',
    '/v1/events',
    '/v1/api-keys',
    '/v1/openapi.json',
  ]) {
    await note(call('GET', path));
  }

  const secrets = [
    ...sandbox.mintedSecrets(),
    secretText,
    installation.apiKey,
    installation.environment.MAILGRANT_KEYRING?.split(':')[1] ?? '',
  ];
  assert.ok(secrets.length > 20, 'the run minted enough to make the search worth something');
  const places: [string, string][] = [
    ['log', installation.logged()],
    ['answers', answers.map(({ text }) => text).join('\n')],
    ['pages', pages.join('\n')],
    ...databaseFiles().map((file): [string, string] => [file, readFileSync(file, 'latin1')]),
  ];
  assert.ok(places.length >= 4);
  for (const [place, content] of places) {
    assert.ok(content.length > 0, `${place} is empty`);
    for (const secret of secrets) {
      if (secret.length >= 8) assert.ok(!content.includes(secret), `${place} holds a secret`);
    }
  }
  assert.equal(handedOut.size, 2);
});

/** A token answer holds one secret on purpose; all the rest of it is searched. */
async function withoutAccessToken(pending: Promise<Answer>): Promise<Answer> {
  const { body, ...answer } = await pending;
  const { access_token, ...rest } = body;
  return { ...answer, body: rest, text: JSON.stringify(rest) };
}

const databaseFiles = (): string[] =>
  readdirSync(installation.dataDir)
    .filter((name) => name.startsWith('mailgrant.db') && !name.endsWith('.lock') && !name.endsWith('-shm'))
    .map((name) => join(installation.dataDir, name));
