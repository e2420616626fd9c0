// Programs written for Instantly connect mailboxes here after a change of their base URL and key: a browser opens
// the link they print, a person consents. Two kinds: seed-programs/ holds programs of ours, re-written after the
// vendor's guide; and where MAILGRANT_TEST_GUIDE names the text of that guide, which this repository may not hold,
// the programs printed in it are cut out and run as they are.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { SandboxProvider } from '../../sandbox/index.ts';
import type { TestBrowser } from '../counterparts/chromium.ts';
import { counterparts } from '../counterparts/index.ts';
import { type Installation, startInstallation } from '../support/installation.ts';
import { until } from '../support/until.ts';
import { type PrintedPrograms, printedPrograms } from './seed-programs/printed.ts';

type Language = 'Node.js' | 'Python';
type Run = { language: Language; provider: SandboxProvider; login: string; printed?: PrintedPrograms };

const files = { 'Node.js': 'google.mjs', Python: 'google.py' } as const;
const commands = { 'Node.js': () => process.execPath, Python: () => counterparts().pythonPath } as const;

const root = fileURLToPath(new URL('../..', import.meta.url));
let installation: Installation;
let browser: TestBrowser;
const folder = mkdtempSync(join(tmpdir(), 'mailgrant-programs-'));
const children = new Set<ChildProcess>();

before(async () => {
  [installation, browser] = await Promise.all([startInstallation(), counterparts().launchBrowser()]);
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await browser.close();
  await installation.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The guide's own instruction for Microsoft: "replace google with microsoft in all URLs". */
function programFor({ language, provider, printed }: Run): string {
  const file = files[language];
  const path = fileURLToPath(new URL(`seed-programs/${file}`, import.meta.url));
  if (printed === undefined) {
    if (provider === 'google') return path;
    const twin = join(folder, file.replace('google', provider));
    writeFileSync(twin, readFileSync(path, 'utf8').replaceAll('google', provider));
    return twin;
  }
  const name = language === 'Python' ? `printed-${provider}.py` : `printed-${provider}.cjs`;
  const program = printed[language]({
    apiBase: `${installation.address}/api/v2`,
    apiKey: installation.apiKey,
    provider,
  });
  writeFileSync(join(folder, name), program);
  return join(folder, name);
}

/** Runs the program to its end, playing the person as soon as it shows a link. */
async function run(what: Run, person: (link: string) => Promise<void>) {
  // A person who consented before would not be asked again.
  await installation.sandbox[what.provider].revokeUser(what.login);
  const child = spawn(commands[what.language](), [programFor(what)], {
    env: {
      PATH: process.env.PATH,
      ...(what.printed
        ? { NODE_PATH: join(root, 'node_modules'), PYTHONUNBUFFERED: '1' }
        : { API_BASE: `${installation.address}/api/v2`, API_KEY: installation.apiKey }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const exited = once(child, 'exit').finally(() => children.delete(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const linkForm = /^http:\S+\/connect\/\S+$/m;
  await until('the program shows a link or ends', () => linkForm.test(output) || child.exitCode !== null);
  const link = linkForm.exec(output)?.[0];
  assert.ok(link, output);
  await person(link);
  const [exitCode] = await exited;
  return { exitCode, output };
}

/** Our page, then the provider's two, then ours again, in a browser with no history. */
async function consent(link: string, login: string, answer: 'Allow' | 'Cancel' = 'Allow'): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole('button', { name: /continue/i }).click();
  await page.locator(`button[name="login"][value="${login}"]`).click();
  await page.getByRole('button', { name: answer }).click();
  await page.waitForURL(`${installation.address}/**`);
  await context.close();
}

const runs: (Run & { name: string })[] = [
  { language: 'Node.js', provider: 'google', login: 'bob@corp.test', name: 'Bob Corp' },
  { language: 'Python', provider: 'google', login: 'gina@corp.test', name: 'Gina Corp' },
  { language: 'Node.js', provider: 'microsoft', login: 'erin@contoso.test', name: 'Erin Contoso' },
  { language: 'Python', provider: 'microsoft', login: 'frank@contoso.test', name: 'Frank Contoso' },
];

const guide = process.env.MAILGRANT_TEST_GUIDE;

if (guide) {
  const printed = printedPrograms(readFileSync(guide, 'utf8'));
  describe("a program as Instantly's guide prints it", { concurrency: 2 }, () => {
    for (const one of runs) {
      it(`in ${one.language} connects a ${one.provider} mailbox and ends with 0`, async () => {
        const { exitCode, output } = await run({ ...one, printed }, (link) => consent(link, one.login));
        assert.equal(exitCode, 0, output);
        assert.match(output, /Account connected successfully!/);
        assert.match(output, new RegExp(`Email: ${one.login}\\r?\\n`));
        assert.match(output, new RegExp(`Name: ${one.name}\\r?\\n`));
        assert.match(output, new RegExp(`Account ID: ${one.login}\\r?\\n`));
      });
    }
  });
}

// Said in the name of the group, where every report shows it: without the guide this is all that runs.
describe(`a program written for Instantly${guide ? '' : ' (re-written only: MAILGRANT_TEST_GUIDE is not set)'}`, {
  concurrency: 2,
}, () => {
  for (const one of runs) {
    it(`in ${one.language} connects a ${one.provider} mailbox and ends with 0`, async () => {
      const { exitCode, output } = await run(one, (link) => consent(link, one.login));
      assert.equal(exitCode, 0, output);
      assert.match(output, new RegExp(`Email: ${one.login}\\r?\\n`));
      assert.match(output, new RegExp(`Name: ${one.name}\\r?\\n`));
      assert.match(output, new RegExp(`Account ID: ${one.login}\\r?\\n`));
    });
  }

  for (const language of ['Node.js', 'Python'] as const) {
    it(`in ${language} ends with 1 and the reason when the account is a personal Gmail one`, async () => {
      const what: Run = { language, provider: 'google', login: 'alice@gmail.test' };
      const { exitCode, output } = await run(what, (link) => consent(link, what.login));
      assert.equal(exitCode, 1, output);
      assert.match(output, /Non GSuite accounts are not allowed/);
    });

    it(`in ${language} ends with 1 when the person cancels`, async () => {
      const what: Run = { language, provider: 'microsoft', login: 'dave@outlook.test' };
      const { exitCode, output } = await run(what, (link) => consent(link, what.login, 'Cancel'));
      assert.equal(exitCode, 1, output);
      assert.match(output, /Refused: access_denied/);
    });
  }
});
