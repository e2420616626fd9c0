// Runs a bench in its tiny form, as a process of its own, and checks the form of what it prints. Times are not judged.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { memberOf } from './installation.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);
const millisecondsMax = 100_000;

export async function assertReports(name: string, engine: 'sqlite' | 'postgres'): Promise<void> {
  const { stdout } = await execute(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'bench/main.ts', name, '--json', '--tiny', `--${engine}`],
    { cwd: root, timeout: millisecondsMax, maxBuffer: 16 * 1024 * 1024 },
  );
  const report: unknown = JSON.parse(stdout);
  assert.equal(memberOf(report, 'bench'), name);
  assert.equal(memberOf(report, 'size'), 'tiny');
  const tables = listOf(report, 'tables');
  assert.ok(tables.length > 0, 'no tables');
  for (const table of tables) {
    const rows = listOf(table, 'rows');
    assert.ok(rows.length > 0, `no rows: ${JSON.stringify(table)}`);
    // JSON turns what is no number into null.
    const cells = rows.flatMap((row) => Object.values(Object(row)));
    assert.ok(
      cells.some((cell) => typeof cell === 'number' && cell > 0),
      `nothing measured: ${stdout}`,
    );
  }
  for (const target of listOf(report, 'targets')) {
    assert.equal(typeof memberOf(target, 'name'), 'string');
    assert.equal(typeof memberOf(target, 'target'), 'number');
    const value = memberOf(target, 'value');
    assert.ok(value === null || typeof value === 'number', `no value: ${JSON.stringify(target)}`);
    const isMet = typeof value === 'number' && isWithin(target, value);
    assert.equal(memberOf(target, 'ok'), isMet, `ok is not what the numbers say: ${JSON.stringify(target)}`);
  }
}

function isWithin(target: unknown, value: number): boolean {
  const bound = Number(memberOf(target, 'target'));
  return memberOf(target, 'bound') === 'at least' ? value >= bound : value <= bound;
}

function listOf(value: unknown, name: string): unknown[] {
  const list = memberOf(value, name);
  assert.ok(Array.isArray(list), `${name} is no list`);
  return list;
}
