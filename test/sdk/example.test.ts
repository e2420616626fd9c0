// The example application as a newcomer starts it: its own process and packages, a person at its page in a real browser,
// real mail servers, real webhooks.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createClient, type MailgrantClient } from '../../sdk/src/index.ts';
import { type MailWorld, openMailWorld } from '../counterparts/mail-world.ts';
import { openStage, pick, press, type Stage } from '../e2e/pages/stage.ts';
import { freePort } from '../support/installation.ts';
import { until } from '../support/until.ts';
import { stageClient } from './staged-client.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let world: MailWorld;
let stage: Stage;
let client: MailgrantClient;
let folder: string;
let example: ChildProcess;
let address: string;
before(async () => {
  world = await openMailWorld({});
  const { imap, smtp } = world.endpoints.google;
  const google = { imap: { ...imap, tls: 'implicit' as const }, smtp: { ...smtp, tls: 'starttls' as const } };
  stage = await openStage({
    sandbox: { mail: 'none', caFile: world.caFile, mailEndpoints: { google, microsoft: google } },
    environment: {
      MAILGRANT_JOBS: 'on',
      MAILGRANT_WEBHOOK_HTTP: 'on',
      MAILGRANT_WEBHOOK_NETWORKS: '127.0.0.0/8',
    },
  });
  await world.pointAt({ google: stage.sandbox.google.dovecot });
  client = createClient({ baseUrl: stage.address, apiKey: stage.apiKey });
  await startExample();
});
after(async () => {
  example?.kill();
  await stage.close();
  world.close();
  rmSync(folder, { recursive: true, force: true });
});

async function startExample(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'mailgrant-example-'));
  cpSync(join(root, 'examples/outreach'), folder, { recursive: true });
  stageClient(join(folder, 'node_modules/@mailgrant/client'));
  for (const name of ['imapflow', 'nodemailer']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  const port = await freePort();
  const { secret } = await client.webhookEndpoints.create({ url: `http://127.0.0.1:${port}/webhooks` });
  const key = await client.apiKeys.create({
    name: 'Outreach',
    scopes: ['connect_sessions:create', 'connect_sessions:read', 'mailboxes:read', 'tokens:read'],
  });
  example = spawn(process.execPath, ['server.ts'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      MAILGRANT_URL: stage.address,
      MAILGRANT_API_KEY: key.key,
      MAIL_CA_FILE: world.caFile,
      WEBHOOK_SECRET: String(secret),
    },
  });
  assert.ok(example.stdout);
  const [line] = await once(createInterface({ input: example.stdout }), 'line');
  address = String(line);
}

test('the types of the example are right', () => {
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'examples/outreach'), '--noEmit'],
    { stdio: 'pipe' },
  );
});

test('a person connects a mailbox on its page, writes to it, reads that, and the program hears of it', async () => {
  const page = await stage.person();
  await page.goto(address);
  const [popup] = await Promise.all([page.waitForEvent('popup'), press(page, 'Connect Gmail')]);
  await press(popup, 'Continue to Google');
  await pick(popup, 'bob@corp.test');
  await press(popup, 'Allow');
  await page.getByText('bob@corp.test is connected.').waitFor();
  await page.getByText('bob@corp.test (connected)').waitFor({ timeout: 40_000 });

  await press(page, 'Write');
  await page.getByLabel('To').fill('bob@corp.test');
  await page.getByLabel('Subject').fill('To myself');
  await page.getByLabel('Text').fill('It works.');
  await press(page, 'Send');
  await page.getByText('The message is on its way.').waitFor();
  await until('the message is in the inbox', async () => {
    await press(page, 'Read');
    await page.getByRole('heading', { name: 'Inbox' }).waitFor();
    return (await page.getByText('To myself, from bob@corp.test').count()) > 0;
  });

  const types = async (): Promise<string[]> => {
    const events: unknown = await (await fetch(`${address}/api/events`)).json();
    assert.ok(Array.isArray(events));
    return events.map((event: unknown) => String(Object(event).type));
  };
  await until('the webhook has come', async () => (await types()).includes('mailbox.connected'));
});

test('nobody else is told of a session, and nothing is taken for a webhook that is not signed', async () => {
  const made = await fetch(`${address}/api/connect-sessions`, {
    method: 'POST',
    body: JSON.stringify({ provider: 'google' }),
  });
  const { id } = Object(await made.json());
  assert.equal((await fetch(`${address}/api/connect-sessions/${id}`)).status, 404);
  const forged = await fetch(`${address}/webhooks`, { method: 'POST', body: '{"type":"mailbox.connected"}' });
  assert.deepEqual([forged.status, await forged.json()], [400, { error: 'headers_missing' }]);
});

test('a mailbox that must be connected again is answered with the link for its owner', async () => {
  const { items } = await client.mailboxes.list({ email: 'bob@corp.test' });
  const id = String(items[0]?.id);
  await stage.sandbox.google.revokeUser('bob@corp.test');
  await client.mailboxes.verify(id).catch(() => {});
  const answer = await fetch(`${address}/api/mailboxes/${id}/messages`);
  const body = Object(await answer.json());
  assert.deepEqual([answer.status, body.code], [409, 'needs_reauthorization'], JSON.stringify(body));
  assert.match(body.reconnect_url, /\/reconnect\//);
});

test('whatever a stranger asks for, it goes on', async () => {
  const { hostname, port } = new URL(address);
  const statusOf = async (path: string): Promise<number | undefined> => {
    // As it is, where `fetch` would mend it.
    const asked = request({ hostname, port, path });
    asked.end();
    const [response] = await once(asked, 'response');
    response.resume();
    return response.statusCode;
  };
  assert.equal(await statusOf('/client/nothing-here.js'), 404);
  assert.equal(await statusOf('//'), 404);
  assert.equal(await statusOf('/api/mailboxes/%zz/messages'), 404);
  assert.equal(await statusOf('/api/connect-sessions/api'), 404);
  assert.equal(example.exitCode, null);
  assert.equal(await statusOf('/'), 200);
});
