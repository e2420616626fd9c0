// Checks everything that can be checked without running the program: style, types, import rules, ambient
// access, and that generated documents match the code. Changes nothing; `npm run fix` does.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { findAmbientAccess } from './checking/ambient-access.ts';
import { findImportViolations } from './checking/import-rules.ts';

type Outcome = { isGood: boolean; output: string };
type Step = { name: string; run: () => Promise<Outcome> };

const root = fileURLToPath(new URL('..', import.meta.url));
const stepTimeoutMs = 5 * 60_000;

const steps: readonly Step[] = [
  // What runs in a browser is checked against a browser's types, apart from what runs on Node.js.
  ...['.', 'sdk', 'web']
    .filter((folder) => existsSync(join(root, folder, 'tsconfig.json')))
    .map((folder) => ({
      name: folder === '.' ? 'types' : `types of ${folder}`,
      run: () => runNode('node_modules/typescript/bin/tsc', '-p', folder),
    })),
  {
    name: 'style',
    run: () =>
      runNode('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--colors=off'),
  },
  { name: 'imports', run: checkImports },
  { name: 'ambient access', run: checkAmbientAccess },
  ...readdirSync(join(root, 'scripts'))
    .filter((name) => /^generate-.+\.ts$/.test(name))
    .map((name) => ({ name: name.replace('.ts', ''), run: () => runNode(`scripts/${name}`, '--check') })),
];

async function checkImports(): Promise<Outcome> {
  const violations = await findImportViolations(root);
  const lines = violations.map(({ rule, from, to, reason }) => `${from} -> ${to}\n  ${rule}: ${reason}`);
  return { isGood: lines.length === 0, output: lines.join('\n') };
}

async function checkAmbientAccess(): Promise<Outcome> {
  const found = findAmbientAccess(root);
  const lines = found.map(({ file, line, word, reason }) => `${file}:${line}: ${word}\n  ${reason}`);
  return { isGood: lines.length === 0, output: lines.join('\n') };
}

/** Runs a Node.js program of the project to its end and collects what it prints. */
function runNode(program: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const flags = ['--disable-warning=ExperimentalWarning'];
    const child = spawn(process.execPath, [...flags, join(root, program), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: stepTimeoutMs,
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
    }
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (signal !== null) output.push(`\nended by ${signal}`);
      resolve({ isGood: code === 0, output: output.join('') });
    });
  });
}

async function timed(step: Step): Promise<Outcome & { name: string }> {
  const started = performance.now();
  const outcome = await step.run().catch((cause: unknown) => ({
    isGood: false,
    output: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
  }));
  const milliseconds = Math.round(performance.now() - started);
  console.log(`${outcome.isGood ? 'ok  ' : 'FAIL'} ${step.name}  ${milliseconds} ms`);
  return { name: step.name, ...outcome };
}

const failed = (await Promise.all(steps.map(timed))).filter((outcome) => !outcome.isGood);
for (const { name, output } of failed) console.log(`\n${name}:\n${output.trim()}`);
console.log(failed.length === 0 ? `\n${steps.length} checks passed` : `\n${failed.length} checks failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
