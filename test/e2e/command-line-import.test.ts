// `mailgrant import` and `export` against a gateway and the sandbox: every row proved, none sent twice.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCommand, startCommand } from '../support/command.ts';
import { fullScope } from '../support/imported-mailbox.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';

const folder = mkdtempSync(join(tmpdir(), 'mailgrant-import-'));
let installation: Installation;
before(async () => {
  installation = await startInstallation();
});
after(async () => {
  await installation.close();
  rmSync(folder, { recursive: true, force: true });
});

const scope = fullScope.google;

/** A person at the provider with a refresh token that another system has. */
async function person(login: string): Promise<string> {
  installation.sandbox.google.addUser({ login, name: login });
  const [minted] = await installation.sandbox.google.mint({ login, scope });
  assert.ok(minted);
  return minted.refreshToken;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const over = (words: readonly string[], options: { apiKey?: string; node?: readonly string[] } = {}) => ({
  words: [...words, '--url', installation.address],
  options: {
    environment: { MAILGRANT_API_KEY: options.apiKey ?? installation.apiKey },
    ...(options.node ? { node: options.node } : {}),
  },
});
const mailgrant = (words: readonly string[], more: Parameters<typeof over>[1] = {}) => {
  const { words: all, options } = over(words, more);
  return runCommand(all, options);
};

const reportOf = (path: string): string[] =>
  readFileSync(`${path}.report.csv`, 'utf8').trim().split('\n').slice(1);

test('rows of CSV as spreadsheets write it are imported, and each has its line in the report', async () => {
  const rows = [
    ['Provider', 'E-Mail', 'Refresh Token', 'name', 'customer', 'metadata'],
    [
      'google',
      'Ada.CSV@corp.test',
      await person('ada.csv@corp.test'),
      '"Lovelace; ""Ada""\r\nCountess"',
      'acme',
      '"{""crm"":""1""}"',
    ],
    ['gmail', 'bea@corp.test', await person('bea@corp.test'), '', '', ''],
    ['google', 'ada.csv@corp.test', 'another-token', '', '', ''],
    ['google', 'cid@corp.test', 'not-a-token-of-anybody', '', '', ''],
  ];
  const path = file('sheet.csv', `\uFEFF${rows.map((row) => row.join(';')).join('\r\n')}\r\n`);
  const { code, stdout, stderr } = await mailgrant(['import', path, '--rename', 'E-Mail=email']);
  // A line break in a name is refused by the API; the row says so and the others go on.
  assert.equal(code, 3, stderr);
  assert.match(stdout, /1 imported/);
  const report = reportOf(path);
  assert.equal(report.length, 4, report.join('\n'));
  assert.ok(
    report.some((line) => line.startsWith('2,ada.csv@corp.test,failed,,invalid_request,name ')),
    report.join('\n'),
  );
  assert.ok(
    report.some((line) => /^4,bea@corp\.test,imported,[0-9a-f-]{36}/.test(line)),
    report.join('\n'),
  );
  assert.ok(
    report.some((line) => line.startsWith('5,ada.csv@corp.test,duplicate')),
    report.join('\n'),
  );
  assert.ok(
    report.some((line) => /^6,cid@corp\.test,failed,,\w+,/.test(line)),
    report.join('\n'),
  );
  const { body } = await installation.call('GET', '/v1/mailboxes?email=bea@corp.test');
  assert.equal(Array.isArray(body.items) && body.items.length, 1);
  assert.ok(
    !readFileSync(`${path}.journal`, 'utf8').includes('not-a-token-of-anybody'),
    'no secret in the journal',
  );
});

test('unknown columns and rows that cannot be read are told with their lines, and nothing is sent', async () => {
  const csv = file('unknown.csv', 'email,refresh_token,shoe_size\na@corp.test,x,42\n');
  const refused = await mailgrant(['import', csv, '--provider', 'google']);
  assert.equal(refused.code, 64);
  assert.match(refused.stderr, /line 1: unknown column shoe_size/);
  const lines = [
    JSON.stringify({ provider: 'google', email: 'ok@corp.test', refresh_token: 'x' }),
    '',
    JSON.stringify({ provider: 'yahoo', email: 'nobody', refresh_token: 'x' }),
    '{ broken',
    JSON.stringify({ provider: 'google', refresh_token: 'x', hat: 1 }),
  ];
  const jsonl = file('bad.jsonl', lines.join('\n'));
  const bad = await mailgrant(['import', jsonl]);
  assert.equal(bad.code, 64);
  assert.match(bad.stderr, /^line 3: email is no address; provider must be google or microsoft$/m);
  assert.match(bad.stderr, /^line 4: is no JSON object$/m);
  assert.match(bad.stderr, /^line 5: unknown column hat/m);
  assert.match(bad.stderr, /3 of 4 rows/);
  const dry = await mailgrant(['import', jsonl, '--skip-mistakes', '--dry-run', '--json']);
  assert.deepEqual([dry.code, JSON.parse(dry.stdout)], [0, { rows: 4, mistakes: 3, duplicates: 0 }]);
  assert.equal(existsSync(`${jsonl}.journal`), false);
});

test('an import that is killed goes on where it was, and sends no row again that had its answer', async () => {
  const logins = Array.from({ length: 24 }, (_, index) => `kill${index}@corp.test`);
  const rows: string[] = [];
  for (const email of logins) {
    rows.push(
      JSON.stringify({ provider: 'google', email, refresh_token: await person(email), scope, customer: 'k' }),
    );
  }
  const path = file('kill.jsonl', rows.join('\n'));
  const { words, options } = over(['import', path, '--concurrency', '2']);
  const { child, ended } = startCommand(words, options);
  const answered = (): number =>
    existsSync(`${path}.journal`)
      ? (readFileSync(`${path}.journal`, 'utf8').match(/"result"/g)?.length ?? 0)
      : 0;
  await until('some rows are answered', () => answered() >= 4);
  child.kill('SIGKILL');
  await ended;
  assert.ok(answered() < logins.length, 'it was killed in the middle');
  const again = await mailgrant(['import', path, '--concurrency', '2', '--json']);
  assert.equal(again.code, 0, again.stderr + again.stdout);
  const summary: unknown = JSON.parse(again.stdout);
  assert.equal(memberOf(summary, 'finished'), true);
  assert.ok(Number(memberOf(summary, 'done_before')) >= 4, again.stdout);
  const { body } = await installation.call('GET', '/v1/mailboxes?customer=k&limit=100');
  assert.equal(Array.isArray(body.items) && body.items.length, logins.length);
  const refreshes = installation.sandbox.google.stats();
  const third = await mailgrant(['import', path, '--json']);
  assert.equal(memberOf(JSON.parse(third.stdout), 'done_before'), logins.length);
  assert.deepEqual(installation.sandbox.google.stats(), refreshes, 'a third run asks nobody');
});

test('a thousand rows with long tokens are read as they are needed, and mailboxes that work are left alone', async () => {
  const { apiKey, call } = await installation.addWorkspace('Thousand');
  const unknownClient = '019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10';
  const real = await person('real@corp.test');
  const lines = Array.from({ length: 999 }, (_, index) =>
    JSON.stringify({
      provider: 'google',
      email: `row${index}@corp.test`,
      refresh_token: `${index}-${'x'.repeat(16_000)}`,
      oauth_client_id: unknownClient,
    }),
  );
  lines.splice(
    500,
    0,
    JSON.stringify({ provider: 'google', email: 'real@corp.test', refresh_token: real, scope }),
  );
  const path = file('thousand.jsonl', lines.join('\n'));
  // The file alone has 16 MB, and twice that as text of two bytes a character.
  const first = await mailgrant(['import', path, '--concurrency', '32'], {
    apiKey,
    node: ['--max-old-space-size=40'],
  });
  assert.equal(first.code, 3, first.stderr.slice(-2000));
  assert.match(first.stdout, /^1 imported, 999 failed$/m);
  assert.match(first.stderr, /^500 of 1000 rows/m);
  const list = await call('GET', '/v1/mailboxes');
  assert.equal(Array.isArray(list.body.items) && list.body.items.length, 1);
  const other = file(
    'again.jsonl',
    JSON.stringify({ provider: 'google', email: 'real@corp.test', refresh_token: 'x' }),
  );
  const again = await mailgrant(['import', other], { apiKey });
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /^1 exists$/m);
});

test('a file in another encoding, and what is no file, is refused before anything is sent', async () => {
  const path = join(folder, 'latin1.csv');
  const sheet = 'provider;email;refresh_token;name\r\ngoogle;joerg@corp.test;x;Jörg\r\n';
  writeFileSync(path, Buffer.from(sheet, 'latin1'));
  const { code, stderr } = await mailgrant(['import', path]);
  assert.equal(code, 64);
  assert.match(stderr, /^line 2: name is not in UTF-8: save the file in that encoding$/m);
  for (const other of [folder, '/dev/stdin']) {
    const refused = await mailgrant(['import', other, '--format', 'csv']);
    assert.equal(refused.code, 64, refused.stderr);
    assert.match(refused.stderr, /^There is no file .*It is read twice/m);
  }
});

test('an export holds what is set and no secret, and is never written over a file', async () => {
  const path = join(folder, 'export.csv');
  const { code, stderr } = await mailgrant(['export', '--output', path]);
  assert.equal(code, 0, stderr);
  const content = readFileSync(path, 'utf8');
  assert.match(content, /^id,email,provider,oauth_client_id,name,customer,metadata,disabled,status/);
  assert.match(content, /bea@corp\.test,google/);
  for (const secret of installation.sandbox.mintedSecrets()) {
    if (secret.length >= 8) assert.ok(!content.includes(secret));
  }
  const again = await mailgrant(['export', '--output', path]);
  assert.equal(again.code, 64);
  assert.match(again.stderr, /is there already, and is left as it is/);
  assert.equal(readFileSync(path, 'utf8'), content);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.part')),
    [],
  );
  const lines = await mailgrant(['export']);
  for (const line of lines.stdout.trim().split('\n')) assert.equal(typeof JSON.parse(line).email, 'string');
});

test('an export that breaks off leaves no file that looks like a whole one', async () => {
  const path = join(folder, 'broken.csv');
  const gateway = createServer((request, response) => {
    const isFirst = request.url?.startsWith('/v1/mailboxes') === true && !request.url.includes('cursor=');
    const page = { items: [{ id: '1', email: 'ada@corp.test' }], next_cursor: 'more' };
    response.writeHead(isFirst || request.url === '/v1/whoami' ? 200 : 500);
    response.end(isFirst ? JSON.stringify(page) : '{"is_installation_key":false}');
  });
  await once(gateway.listen(0, '127.0.0.1'), 'listening');
  const { port } = Object(gateway.address());
  const words = ['export', '--output', path, '--url', `http://127.0.0.1:${port}`];
  const { code } = await runCommand(words, { environment: { MAILGRANT_API_KEY: 'mg_any' } });
  gateway.close();
  assert.equal(code, 1);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('broken.csv')),
    [],
  );
});

test('a name that a spreadsheet would run as a formula comes back from an export as it was', async () => {
  const token = await person('plus@corp.test');
  const row = {
    provider: 'google',
    email: 'plus@corp.test',
    refresh_token: token,
    name: '=1+1',
    customer: "'-x",
  };
  const { code, stderr } = await mailgrant(['import', file('plus.jsonl', JSON.stringify(row))]);
  assert.equal(code, 0, stderr);
  const exported = await mailgrant(['export', '--format', 'csv']);
  const [head = '', ...lines] = exported.stdout.split('\n');
  const line = lines.find((one) => one.includes('plus@corp.test')) ?? '';
  assert.match(line, /,'=1\+1,/);
  await installation.call('DELETE', `/v1/mailboxes/${line.split(',')[0]}`);
  // The sheet with a column added, as whoever has the tokens would do it.
  const fresh = await person('plus@corp.test');
  const sheet = file('plus.csv', `${head},refresh_token\n${line},${fresh}\n`);
  const imported = await mailgrant(['import', sheet]);
  assert.equal(imported.code, 0, imported.stderr + reportOf(sheet).join('\n'));
  const { body } = await installation.call('GET', '/v1/mailboxes?email=plus@corp.test');
  const [mailbox] = Array.isArray(body.items) ? body.items : [];
  assert.deepEqual([mailbox.name, mailbox.customer], ['=1+1', "'-x"]);
});

test('an API key that may not import ends the run, and no row counts as refused', async () => {
  const made = await installation.call('POST', '/v1/api-keys', {
    name: 'reader',
    scopes: ['mailboxes:read'],
  });
  const tokens = [await person('key1@corp.test'), await person('key2@corp.test')];
  const rows = tokens.map((refresh_token, index) =>
    JSON.stringify({ provider: 'google', email: `key${index + 1}@corp.test`, refresh_token }),
  );
  const path = file('key.jsonl', rows.join('\n'));
  const refused = await mailgrant(['import', path], { apiKey: String(made.body.key) });
  assert.equal(refused.code, 77, refused.stderr);
  assert.match(refused.stderr, /mailboxes:create/);
  const { code, stdout } = await mailgrant(['import', path]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^2 imported$/m);
});

test('a row that only a paused OAuth client keeps out is sent when the client is mended', async () => {
  const { clientId, clientSecret } = installation.sandbox.google.clients.confidential;
  const request = { provider: 'google', name: 'own', client_id: clientId, client_secret: 'an old one' };
  const made = await installation.call('POST', '/v1/oauth-clients', request);
  const client = String(made.body.id);
  const rowsOf = (name: string, emails: readonly string[]) =>
    Promise.all(
      emails.map(async (email) =>
        JSON.stringify({ provider: 'google', email, refresh_token: await person(email) }),
      ),
    ).then((rows) => file(name, rows.join('\n')));
  const words = ['--oauth-client', client, '--concurrency', '1'];
  const path = await rowsOf('paused.jsonl', ['pause1@corp.test', 'pause2@corp.test']);
  const refused = await mailgrant(['import', path, ...words]);
  assert.deepEqual(
    [refused.code, refused.stdout.split('\n')[0]],
    [3, '2 not sent'],
    reportOf(path).join('\n'),
  );
  const mended = await installation.call('PATCH', `/v1/oauth-clients/${client}`, {
    client_secret: clientSecret,
  });
  assert.equal(mended.status, 200, mended.text);
  const { code, stdout } = await mailgrant(['import', path, ...words]);
  assert.deepEqual([code, stdout.split('\n')[0]], [0, '2 imported'], reportOf(path).join('\n'));
  await installation.call('DELETE', `/v1/oauth-clients/${client}?force=true`);
});

test('accounts as EmailEngine writes them are imported with its applications mapped', async () => {
  const { body } = await installation.call('GET', '/v1/oauth-clients');
  const client = Array.isArray(body.items) ? body.items.find(({ provider }) => provider === 'google') : null;
  const account = {
    account: 'their-name',
    name: 'Eve Engine',
    oauth2: {
      provider: 'AAABlf0iCG4AAAAB',
      auth: { user: 'eve@corp.test' },
      refreshToken: await person('eve@corp.test'),
    },
  };
  const path = file('ee.json', JSON.stringify(account));
  const { code, stderr, stdout } = await mailgrant([
    'import',
    path,
    '--from',
    'emailengine',
    '--provider',
    'google',
    '--client',
    `AAABlf0iCG4AAAAB=${client.id}`,
  ]);
  assert.equal(code, 0, stderr + stdout + reportOf(path).join('\n'));
  const found = await installation.call('GET', '/v1/mailboxes?email=eve@corp.test');
  const [mailbox] = Array.isArray(found.body.items) ? found.body.items : [];
  assert.deepEqual(
    [memberOf(mailbox, 'name'), memberOf(mailbox, 'metadata')],
    ['Eve Engine', { emailengine_account: 'their-name' }],
  );
});

test('a gateway that is gone ends the import with code 69, and the row is sent by the next run', async () => {
  const path = file(
    'gone.jsonl',
    JSON.stringify({ provider: 'google', email: 'g@corp.test', refresh_token: 'x' }),
  );
  const { code, stderr } = await runCommand(['import', path, '--url', 'http://127.0.0.1:1'], {
    environment: { MAILGRANT_API_KEY: installation.apiKey },
  });
  assert.equal(code, 69);
  assert.match(stderr, /does not answer/);
});
