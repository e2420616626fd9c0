// The commands that ask an installation: the same words on the database and over HTTP, and errors as words or JSON.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { type Ended, runCommand, startCommand } from '../support/command.ts';
import { importMailbox } from '../support/imported-mailbox.ts';
import { freePort, type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';

let installation: Installation;
let installationKey: string;
let mailboxId: string;
before(async () => {
  installation = await startInstallation();
  installationKey = await installation.issueKey(['all', 'workspaces:manage'], null);
  mailboxId = await importMailbox(installation, 'google', 'bob@corp.test');
});
after(() => installation.close());

const over = (words: readonly string[], apiKey = installation.apiKey, input?: string): Promise<Ended> =>
  runCommand(words, {
    environment: { MAILGRANT_URL: installation.address, MAILGRANT_API_KEY: apiKey },
    ...(input === undefined ? {} : { input }),
  });
const here = (words: readonly string[], input?: string): Promise<Ended> =>
  runCommand(words, {
    environment: installation.environment,
    ...(input === undefined ? {} : { input }),
  });
const json = ({ code, stdout, stderr }: Ended): unknown => {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
};
const items = (ended: Ended): unknown[] => {
  const list = memberOf(json(ended), 'items');
  assert.ok(Array.isArray(list), ended.stdout);
  return list;
};

test('mailboxes are listed, shown by address, switched off and on, and give a token for a pipe', async () => {
  const list = await over(['mailboxes']);
  assert.equal(list.code, 0, list.stderr);
  assert.match(list.stdout, new RegExp(`^${mailboxId}  bob@corp\\.test  google +connected`, 'm'));
  assert.equal(items(await over(['mailboxes', '--provider', 'microsoft', '--json'])).length, 0);
  assert.match((await over(['mailboxes', '--provider', 'microsoft'])).stderr, /^No mailbox is like that\.$/m);
  const off = await over(['mailboxes', 'disable', 'bob@corp.test', '--json']);
  assert.equal(memberOf(json(off), 'status'), 'disabled');
  const refused = await over(['mailboxes', 'token', 'bob@corp.test', '--json']);
  assert.equal(refused.code, 1);
  const error = memberOf(JSON.parse(refused.stderr), 'error');
  assert.deepEqual([memberOf(error, 'code'), memberOf(error, 'exit_code')], ['mailbox_disabled', 1]);
  await over(['mailboxes', 'enable', mailboxId]);
  const token = await over(['mailboxes', 'token', 'bob@corp.test']);
  assert.match(token.stdout, /^\S{20,}\n$/);
  const verified = await over(['mailboxes', 'verify', 'bob@corp.test']);
  assert.equal(verified.code, 0, verified.stdout);
  assert.match(verified.stdout, /^✓ imap$/m);
  assert.equal((await over(['mailboxes', 'disconnect', mailboxId])).code, 64, 'only with --yes or --confirm');
});

test('a key of the installation acts in the workspace that is named, by id or by name', async () => {
  const made = json(await over(['workspaces', 'create', 'Second', '--json'], installationKey));
  const id = String(memberOf(made, 'id'));
  const unsaid = await over(['mailboxes'], installationKey);
  assert.equal(unsaid.code, 64);
  assert.match(unsaid.stderr, /several workspaces/);
  assert.equal(
    items(await over(['mailboxes', '--workspace', 'Second', '--json'], installationKey)).length,
    0,
  );
  const none = await over(['mailboxes', '--workspace', 'Second'], installationKey);
  assert.deepEqual([none.code, none.stdout], [0, '']);
  assert.match(none.stderr, /^There are no mailboxes yet/);
  const named = await over(['mailboxes', '--workspace', installation.workspaceId, '--json'], installationKey);
  assert.equal(items(named).length, 1);
  const key = await over(
    ['api-key', 'create', '--workspace', id, '--scope', 'mailboxes:read'],
    installationKey,
  );
  assert.match(key.stdout, /^mg_\w{46}\n$/);
  const denied = await over(['events'], key.stdout.trim());
  assert.equal(denied.code, 77);
  assert.match(denied.stderr, /lacks the scope `events:read`/);
  const keys = items(await over(['api-key', 'list', '--workspace', id, '--json'], installationKey));
  await over(['api-key', 'revoke', String(memberOf(keys[0], 'id')), '--workspace', id], installationKey);
  assert.equal((await over(['mailboxes'], key.stdout.trim())).code, 77);
  assert.equal((await over(['workspaces', 'delete', id, '--confirm', 'Other'], installationKey)).code, 64);
  const gone = await over(['workspaces', 'delete', id, '--confirm', 'Second'], installationKey);
  assert.equal(gone.code, 0, gone.stderr);
});

test('a webhook endpoint is changed, its secret rotated at once, a test event shown with its body, and all of it audited', async () => {
  const made = json(await over(['webhooks', 'create', 'https://hooks.example/in', '--json']));
  const id = String(memberOf(made, 'id'));
  assert.equal((await over(['webhooks', 'update', id])).code, 64);
  const both = await over(['webhooks', 'update', id, '--event', 'mailbox.connected', '--all-events']);
  assert.equal(both.code, 64);
  const line = [
    'webhooks',
    'update',
    id,
    '--to',
    'https://hooks.example/new',
    '--event',
    'mailbox.connected',
  ];
  const changed = json(await over([...line, '--json']));
  assert.equal(memberOf(changed, 'url'), 'https://hooks.example/new');
  assert.deepEqual(memberOf(changed, 'event_types'), ['mailbox.connected']);
  assert.equal(
    memberOf(json(await over(['webhooks', 'update', id, '--all-events', '--json'])), 'event_types'),
    null,
  );
  const rotated = json(await over(['webhooks', 'rotate-secret', id, '--immediate', '--json']));
  assert.equal(memberOf(rotated, 'previous_secret_until'), null);
  const tried = await over(['webhooks', 'test', id]);
  assert.equal(tried.code, 1);
  assert.match(tried.stdout, /^1 {2}\S+Z {2}[a-z_]+ in \d+ ms$/m);
  assert.match(tried.stdout, /^\{"type":"webhook\.test"/m);
  const log = items(await over(['audit', '--object', id, '--json'])).map((entry) =>
    memberOf(entry, 'action'),
  );
  assert.deepEqual(log, [
    'webhook_endpoint.tested',
    'webhook_endpoint.secret_rotated',
    'webhook_endpoint.updated',
    'webhook_endpoint.updated',
    'webhook_endpoint.created',
  ]);
  const shown = await over(['audit', '--object', id, '--action', 'webhook_endpoint.created']);
  assert.match(
    shown.stdout,
    /^WHEN +ACTION +OBJECT +BY +FROM +DATA\n\S+Z +webhook_endpoint\.created +\S+ +api_key /,
  );
  await over(['webhooks', 'delete', id]);
});

test("endpoints of the installation itself are made and shown with --installation, and are no workspace's", async () => {
  const words = ['webhooks', 'create', 'https://hooks.example/own', '--installation', '--json'];
  const byWorkspace = await over(words);
  assert.equal(byWorkspace.code, 64, byWorkspace.stdout);
  assert.match(byWorkspace.stderr, /--installation needs a key of the installation/);
  const both = await over([...words, '--workspace', installation.workspaceId], installationKey);
  assert.equal(both.code, 64);
  const id = String(memberOf(json(await over(words, installationKey)), 'id'));
  const ids = async (...more: string[]): Promise<unknown[]> =>
    items(await over(['webhooks', ...more, '--json'], installationKey)).map((each) => memberOf(each, 'id'));
  assert.deepEqual(await ids('--installation'), [id]);
  assert.ok(!(await ids('--workspace', installation.workspaceId)).includes(id));
  const tried = await over(['webhooks', 'test', id, '--installation'], installationKey);
  assert.equal(tried.code, 1, 'nobody is there');
  const [delivery] = items(
    await over(['webhooks', 'deliveries', '--installation', '--json'], installationKey),
  );
  assert.equal(memberOf(delivery, 'endpoint_id'), id);
  const workspace = { MAILGRANT_WORKSPACE: installation.workspaceId };
  const gone = await runCommand(['webhooks', 'delete', id, '--installation'], {
    environment: { MAILGRANT_URL: installation.address, MAILGRANT_API_KEY: installationKey, ...workspace },
  });
  assert.equal(gone.code, 0, gone.stderr);
});

test('an OAuth client is made with a secret from standard input, examined, and deleted', async () => {
  const { clientId, clientSecret } = installation.sandbox.microsoft.clients.confidential;
  const words = [
    'oauth-client',
    'create',
    '--provider',
    'microsoft',
    '--client-id',
    clientId,
    '--name',
    'Mine',
  ];
  const without = await over(words, installation.apiKey, '');
  assert.equal(without.code, 64);
  assert.match(without.stderr, /--credential-file/);
  const made = await over(
    [...words, '--credential-file', '-', '--json'],
    installation.apiKey,
    `${clientSecret}\n`,
  );
  const id = String(memberOf(json(made), 'id'));
  assert.ok(!made.stdout.includes(clientSecret));
  const examined = await over(['oauth-client', 'examine', id]);
  assert.match(examined.stdout, /^✓ credential$/m, examined.stderr);
  const setUp = await over(['oauth-client', 'set-up', id]);
  assert.match(setUp.stdout, new RegExp(`/oauth/callback/${id}`));
  const renamed = json(await over(['oauth-client', 'update', id, '--name', 'Ours', '--json']));
  assert.equal(memberOf(renamed, 'name'), 'Ours');
  assert.equal((await over(['oauth-client', 'delete', id])).code, 0);
});

/** `mailgrant connect`, and a person who opens its link. */
async function connecting(
  environment: Record<string, string>,
  login: string,
  ...words: string[]
): Promise<Ended> {
  const { child, ended } = startCommand(['connect', '--provider', 'google', '--no-browser', ...words], {
    environment,
  });
  try {
    let printed = '';
    child.stderr?.on('data', (chunk) => {
      printed += String(chunk);
    });
    const link = (): string | undefined => /http\S+\/connect\/\S+/.exec(printed)?.[0];
    await until('the link is printed', () => link() !== undefined || child.exitCode !== null);
    await approve(link() ?? assert.fail(printed), { login });
    return await ended;
  } finally {
    child.kill('SIGKILL');
  }
}

test('connect prints the link, waits for the person, and tells how it ended', async () => {
  const environment = { MAILGRANT_URL: installation.address, MAILGRANT_API_KEY: installation.apiKey };
  const end = await connecting(environment, 'alice@gmail.test', '--json');
  assert.equal(memberOf(json(end), 'status'), 'connected', end.stdout);
  assert.equal(memberOf(json(end), 'email'), 'alice@gmail.test');
});

test('by a device code a mailbox at Microsoft is connected, and for Google the command says why not', async () => {
  const google = await over(['connect', '--provider', 'google', '--device-code']);
  assert.equal(google.code, 64);
  assert.match(google.stderr, /Google's device flow does not allow the scopes of mail/);
  const [minted] = await installation.sandbox.microsoft.mint({
    login: 'erin@contoso.test',
    scope:
      'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access',
  });
  assert.ok(minted);
  // The two endpoints of RFC 8628, which the sandbox does not have: pending once, then what it minted.
  const asked: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    asked.push(new URLSearchParams(body));
    const isCode = request.url?.endsWith('/devicecode') === true;
    const isPending = !isCode && asked.length === 2;
    response.writeHead(isPending ? 400 : 200, { 'content-type': 'application/json' });
    const code = {
      device_code: 'device',
      user_code: 'ABCD-EFGH',
      verification_uri: 'https://example.com/device',
      expires_in: 60,
      interval: 1,
    };
    const claims = Buffer.from(JSON.stringify({ email: 'erin@contoso.test' })).toString('base64url');
    const tokens = {
      id_token: `header.${claims}.signature`,
      access_token: 'a',
      refresh_token: minted.refreshToken,
      expires_in: 3600,
      scope: minted.scope,
    };
    response.end(JSON.stringify(isCode ? code : isPending ? { error: 'authorization_pending' } : tokens));
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  try {
    const base = `http://127.0.0.1:${port}/{tenant}/oauth2/v2.0`;
    const endpoints = JSON.stringify({
      microsoft: { global: { authorization: `${base}/authorize`, token: `${base}/token` } },
    });
    const { writeFileSync } = await import('node:fs');
    const file = `${installation.dataDir}/device-endpoints.json`;
    writeFileSync(file, endpoints);
    const ended = await runCommand(['connect', '--provider', 'microsoft', '--device-code'], {
      environment: {
        MAILGRANT_URL: installation.address,
        MAILGRANT_API_KEY: installation.apiKey,
        MAILGRANT_ENDPOINTS_FILE: file,
      },
    });
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stderr, /enter the code {2}ABCD-EFGH/);
    assert.match(ended.stdout, /^Connected: erin@contoso\.test/);
    assert.equal(asked[2]?.get('grant_type'), 'urn:ietf:params:oauth:grant-type:device_code');
  } finally {
    server.close();
  }
});

test('each command has help, and completion knows every one of them', async () => {
  const help = await runCommand(['--help']);
  const names = [...help.stdout.matchAll(/^mailgrant ([a-z-]+) /gm)].map((match) => match[1] ?? '');
  assert.ok(names.length > 15, help.stdout);
  const bash = await runCommand(['completion', 'bash']);
  for (const name of names) assert.ok(bash.stdout.includes(`"${name}"|"${name} "*)`), name);
  assert.match((await runCommand(['completion', 'fish'])).stdout, /^complete -c mailgrant .*-a mailboxes$/m);
  const verb = await runCommand(['mailboxes', 'list', '--help']);
  assert.match(verb.stdout, /--status STATUS .*\n? *needs_reauthorization/);
  assert.match((await runCommand(['--version'])).stdout, /^mailgrant \d+\.\d+\.\d+/);
});

test('a shell offers the values of an option, and files where an option takes anything', async () => {
  const script = (await runCommand(['completion', 'bash'])).stdout;
  const offered = (...words: string[]): string => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const line = `COMP_WORDS=(mailgrant ${quoted}); COMP_CWORD=${words.length}; _mailgrant; echo "\${COMPREPLY[*]}"`;
    const { status, stdout, stderr } = spawnSync('bash', ['-c', `${script}\n${line}`], { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
    return stdout.trim();
  };
  assert.equal(offered('connect', '--provider', ''), 'google microsoft');
  assert.equal(offered('connect', '--email', 'a@b.test', '--provider', 'm'), 'microsoft');
  assert.equal(offered('import', 'rows.txt', '--format', '=', 'c'), 'csv');
  assert.equal(offered('import', '--format', '='), 'jsonl csv');
  assert.equal(offered('oauth-client', 'create', '--credential-file', ''), '');
  assert.equal(offered('completion', 'z'), 'zsh');
  assert.equal(offered('help', 'mailboxes', 'ver'), 'verify');
  assert.match(offered('mailboxes', 'list', '--status', ''), /needs_reauthorization/);
  assert.match(offered('mailboxes', '--stat'), /^--status$/);
  const fish = (await runCommand(['completion', 'fish'])).stdout;
  assert.match(fish, /-l provider -x -a 'google microsoft'$/m);
});

test('once the gateway is down the same commands work on the database', async () => {
  await installation.gateway.close();
  const list = await here(['mailboxes', '--json']);
  assert.ok(items(list).some((item) => memberOf(item, 'id') === mailboxId));
  const token = await here(['mailboxes', 'token', mailboxId]);
  assert.match(token.stdout, /^\S{20,}\n$/, token.stderr);
  const { code, stdout, stderr } = await connecting(installation.environment, 'bob@corp.test');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Reconnected: bob@corp\.test/);
});
