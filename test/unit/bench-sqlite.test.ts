// Benches run on SQLite and report in their documented form. Tiny sizes: what they measure is worth nothing.
import { test } from 'node:test';
import { assertReports } from '../support/bench-run.ts';

for (const name of ['token-read', 'refresh', 'storm'] as const) {
  test(`the bench ${name} runs on SQLite and reports its tables and targets`, async () => {
    await assertReports(name, 'sqlite');
  });
}
