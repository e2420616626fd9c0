// Runs the built client in the runtimes that it is for: Node.js 20, 22 and 24, Deno and Bun, and with Google's own auth
// library. They are installed into a temporary folder from the package registry; `npm run test:runtimes [name...]`.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { gmailFetch, withTokens } from '../sdk/src/gmail.ts';
import { createClient } from '../sdk/src/index.ts';
import { systemClock } from '../src/system.ts';
import { startScriptedServer } from '../test/sdk/scripted-server.ts';
import { stageClient } from '../test/sdk/staged-client.ts';
import { memberOf, startInstallation } from '../test/support/installation.ts';

type Runtime = { packages: string[]; command(folder: string): [string, string[]] };

const node = (version: number): Runtime => ({
  packages: [`node@${version}`],
  command: (folder) => [join(folder, 'node_modules/node/bin/node'), ['smoke.mjs']],
});
const runtimes: Record<string, Runtime> = {
  'node-20': node(20),
  'node-22': node(22),
  'node-24': node(24),
  deno: {
    packages: ['deno'],
    command: (folder) => [join(folder, 'node_modules/.bin/deno'), ['run', '--allow-all', 'smoke.mjs']],
  },
  bun: {
    packages: ['bun'],
    command: (folder) => [join(folder, 'node_modules/.bin/bun'), ['run', 'smoke.mjs']],
  },
};

const installTimeoutMs = 300_000;
const runTimeoutMs = 60_000;

/** Throws with what the program printed. */
async function run(program: string, args: string[], cwd: string, timeout: number, env = {}): Promise<string> {
  const child = spawn(program, args, { cwd, timeout, env: { ...process.env, ...env }, stdio: 'pipe' });
  child.stdin.end();
  const code = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  const [out, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), code]);
  if (status !== 0) throw new Error(`${program} ended with ${status}:\n${out}${errors}`);
  return out.trim();
}

/** Packages that install a program of their own for this machine do so in a script of theirs. */
const install = (folder: string, packages: string[]) =>
  run('npm', ['install', '--no-audit', '--no-fund', '--no-save', ...packages], folder, installTimeoutMs);

function signedWebhooks() {
  const body = JSON.stringify({ type: 'webhook.test', timestamp: new Date().toISOString(), data: {} });
  const seconds = Math.floor(Date.now() / 1000);
  const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': String(seconds) };
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const signature = sign(null, Buffer.from(`evt_1.${seconds}.${body}`), privateKey).toString('base64');
  const hmac = new Webhook(secret).sign('evt_1', new Date(seconds * 1000), body);
  return [
    { kind: 'hmac', secret, body, headers: { ...headers, 'webhook-signature': hmac } },
    {
      kind: 'ed25519',
      secret: `whpk_${raw.toString('base64')}`,
      body,
      headers: { ...headers, 'webhook-signature': `v1a,${signature}` },
    },
  ];
}

let ahead = 0;
const hanging = await startScriptedServer();
hanging.answer('hang');
const installation = await startInstallation({
  substitutes: { clock: { ...systemClock, now: () => Date.now() + ahead } },
});

const folder = mkdtempSync(join(tmpdir(), 'mailgrant-runtimes-'));

async function smoke(runtime: Runtime, home: string, mailboxId: string): Promise<string> {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{"private":true,"type":"module"}');
  await install(home, runtime.packages);
  stageClient(join(home, 'node_modules/@mailgrant/client'));
  cpSync(new URL('../examples/runtimes/smoke.mjs', import.meta.url), join(home, 'smoke.mjs'));
  const { address: baseUrl, apiKey } = installation;
  const SMOKE = JSON.stringify({
    baseUrl,
    hangingUrl: hanging.url,
    apiKey,
    mailboxId,
    webhooks: signedWebhooks(),
  });
  const [program, args] = runtime.command(home);
  const version = await run(program, ['--version'], home, runTimeoutMs);
  return `${version.split('\n')[0]}: ${await run(program, args, home, runTimeoutMs, { SMOKE })}`;
}

/** The library that googleapis signs in with, against the stand-in of the Gmail API. */
async function googleAuth(home: string, mailboxId: string): Promise<string> {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), '{"private":true}');
  await install(home, ['google-auth-library']);
  const main = pathToFileURL(join(home, 'node_modules/google-auth-library/build/src/index.js')).href;
  const { OAuth2Client } = await import(main);
  const client = createClient({ baseUrl: installation.address, apiKey: installation.apiKey });
  const tokens = client.mailboxes.tokenSource(mailboxId, { resource: 'gmail_api' });
  const { targets } = await tokens.token();
  const url = `${memberOf(targets[0], 'mailbox_url')}/profile`;
  const auth = withTokens(new OAuth2Client(), tokens);
  const read = async () => memberOf((await auth.request({ url })).data, 'emailAddress');
  const before = await read();
  await installation.sandbox.google.expireAccessTokens();
  ahead += 120_000;
  const after = await read();
  const plain = (await gmailFetch(tokens)('profile')).status;
  if (before !== 'alice@gmail.test' || after !== before || plain !== 200) throw new Error('another answer');
  return 'reads, and reads on when its token is refused';
}

const wanted = process.argv.slice(2);
let failures = 0;
async function report(name: string, result: Promise<string>): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  try {
    console.log(`ok   ${name}  ${await result}`);
  } catch (error) {
    failures += 1;
    console.log(`FAIL ${name}  ${error instanceof Error ? error.message : String(error)}`);
  }
}

try {
  const { session } = await installation.connect('google', { login: 'bob@corp.test' });
  const { session: api } = await installation.connect(
    'google',
    { login: 'alice@gmail.test' },
    { profile: 'api' },
  );
  for (const [name, runtime] of Object.entries(runtimes)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await report(name, smoke(runtime, join(folder, name), String(session.mailbox_id)));
  }
  if (wanted.length === 0 || wanted.includes('google-auth-library')) {
    await report('google-auth-library', googleAuth(join(folder, 'google'), String(api.mailbox_id)));
  }
} finally {
  await installation.close();
  await hanging.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
