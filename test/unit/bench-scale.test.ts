// The bench of sizes runs on both engines and reports in its documented form. It starts a database server of its own, so
// it needs the packages of the full test run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postgresqlPrograms } from '../counterparts/postgres.ts';
import { assertReports } from '../support/bench-run.ts';

for (const engine of ['sqlite', 'postgres'] as const) {
  test(`the bench scale runs on ${engine} and reports its tables and targets`, async () => {
    assert.ok(postgresqlPrograms(), 'PostgreSQL is not installed');
    await assertReports('scale', engine);
  });
}
