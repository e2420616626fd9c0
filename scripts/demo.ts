// `npm run demo`: the gateway on a fresh embedded database, together with the sandbox that stands in for Google
// and Microsoft. With --auto it also plays the mailbox owner, prints one JSON object and ends.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../sandbox/index.ts';
import { loadConfig } from '../src/config.ts';
import { createGateway } from '../src/gateway.ts';
import { generateKey } from '../src/stores/keyring.ts';
import { ensureConsole } from './build-console.ts';
import { connectBoth } from './demo/connect-both.ts';
import { freePort } from './demo/free-port.ts';
import { type DemoKeys, prepareWorkspace } from './demo/prepare-workspace.ts';
import { readArguments, usage } from './demo/read-arguments.ts';

const asked = readArguments(process.argv.slice(2));
const isAuto = 'isAuto' in asked && asked.isAuto;
/** As of a command line that is wrong, for `mailgrant` too. */
const usageCode = 64;
/** With --auto standard output holds the JSON object and nothing else. */
const say = (line: string): void => void (isAuto ? process.stderr : process.stdout).write(`${line}\n`);

async function main(): Promise<number> {
  // From the first moment on, so that a signal during the start leaves nothing behind either.
  const stopped = untilSignal();
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-demo-'));
  const undo: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    if (!isAuto) await ensureConsole(say);
    const sandbox = await startSandbox({ mail: 'npm' });
    undo.unshift(() => sandbox.close());
    const port = await freePort();
    const endpointsFile = join(folder, 'endpoints.json');
    writeFileSync(endpointsFile, JSON.stringify(sandbox.endpoints));
    const config = loadConfig({
      MAILGRANT_PORT: String(port),
      MAILGRANT_DATA_DIR: folder,
      MAILGRANT_KEYRING: generateKey(),
      MAILGRANT_ENDPOINTS_FILE: endpointsFile,
      MAILGRANT_LOG_LEVEL: 'error',
    });
    const gateway = await createGateway(config);
    undo.unshift(() => gateway.close());
    const address = await gateway.start();
    const keys = await prepareWorkspace({ address, core: gateway.core, sandbox });
    if (isAuto) return await Promise.race([auto(address, keys, sandbox), stopped.then(() => 1)]);
    invite(address, keys);
    await stopped;
    return 0;
  } finally {
    for (const step of undo) await step();
  }
}

async function auto(
  address: string,
  keys: DemoKeys,
  sandbox: Awaited<ReturnType<typeof startSandbox>>,
): Promise<number> {
  const report = await connectBoth({ address, apiKey: keys.apiKey, sandbox, say });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  const isAllTrue = Object.values(report).every(
    ({ session, imap, smtp, refreshed }) => session === 'connected' && imap && smtp && refreshed,
  );
  return isAllTrue ? 0 : 1;
}

function invite(address: string, { apiKey, connectUrls }: DemoKeys): void {
  say(`Mailgrant runs at ${address} beside stand-ins for Google and Microsoft. Nothing leaves this machine.

  Console                ${address}/console/  (sign in with the API key below)
  Start page             ${address}/
  API reference          ${address}/docs/api
  First API key          ${apiKey}
  Connect a Gmail box    ${connectUrls.google}
  Connect an Outlook box ${connectUrls.microsoft}

Open a connect address in a browser, choose a person, allow. Then:

  curl -s ${address}/v1/mailboxes -H 'Authorization: Bearer ${apiKey}'
  curl -s -X POST ${address}/v1/mailboxes/ID/token -H 'Authorization: Bearer ${apiKey}'

The connect addresses are good for ten minutes; POST /v1/connect-sessions makes more. Ctrl-C ends the demo.`);
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

if ('refused' in asked) {
  process.stderr.write(`${asked.refused}\n\n${usage}`);
  process.exitCode = usageCode;
} else if (asked.isHelp) process.stdout.write(usage);
else process.exitCode = await main();
