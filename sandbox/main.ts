// The sandbox as a command: `node sandbox/main.ts [--google-port N] [--microsoft-port N] [--mail npm|none]
// [--access-token-ttl SECONDS] [--out FILE]`. Prints one JSON line when ready; SIGTERM or SIGINT ends it.
import { rm, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type Sandbox, type StartSandboxOptions, startSandbox } from './index.ts';

const { values } = parseArgs({
  options: {
    'google-port': { type: 'string', default: '0' },
    'microsoft-port': { type: 'string', default: '0' },
    mail: { type: 'string', default: 'npm' },
    'mail-endpoints': { type: 'string' },
    'ca-file': { type: 'string' },
    'access-token-ttl': { type: 'string', default: '3600' },
    'redirect-uri': { type: 'string', multiple: true, default: [] },
    'endpoints-out': { type: 'string' },
    out: { type: 'string' },
  },
});

const sandbox = await startSandbox(options());
for (const uri of values['redirect-uri']) {
  sandbox.google.addRedirectUri(uri);
  sandbox.microsoft.addRedirectUri(uri);
}
const state = describe(sandbox);
const written = [values.out, values['endpoints-out']].filter((file) => file !== undefined);
// Both files hold throw-away secrets at most, still nobody else needs to read them.
if (values.out !== undefined) await writeJson(values.out, state);
if (values['endpoints-out'] !== undefined) await writeJson(values['endpoints-out'], sandbox.endpoints);
console.log(JSON.stringify({ ready: true, ...state }));

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void stop();
  });
}

async function stop(): Promise<void> {
  await sandbox.close();
  await Promise.all(written.map((file) => rm(file, { force: true })));
  process.exit(0);
}

function options(): StartSandboxOptions {
  const { mail } = values;
  if (mail !== 'npm' && mail !== 'none') throw new Error('--mail is npm or none');
  const mailEndpoints = values['mail-endpoints'];
  const caFile = values['ca-file'];
  return {
    mail,
    ports: { google: whole('google-port'), microsoft: whole('microsoft-port') },
    accessTokenTtlSeconds: whole('access-token-ttl'),
    ...(mailEndpoints !== undefined && { mailEndpoints: JSON.parse(mailEndpoints) }),
    ...(caFile !== undefined && { caFile }),
  };
}

function whole(name: 'google-port' | 'microsoft-port' | 'access-token-ttl'): number {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} must be a whole number`);
  return number;
}

function describe({ google, microsoft, endpoints }: Sandbox) {
  const part = ({ origin, clients, dovecot }: Sandbox['google']) => ({ origin, clients, dovecot });
  return { pid: process.pid, google: part(google), microsoft: part(microsoft), endpoints };
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
}
