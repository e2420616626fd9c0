// The benches in which the engine matters run on PostgreSQL and report in their documented form. A bench starts a server
// of its own, so these need the packages of the full test run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postgresqlPrograms } from '../counterparts/postgres.ts';
import { assertReports } from '../support/bench-run.ts';

for (const name of ['refresh', 'nodes'] as const) {
  test(`the bench ${name} runs on PostgreSQL and reports its tables and targets`, async () => {
    assert.ok(postgresqlPrograms(), 'PostgreSQL is not installed');
    await assertReports(name, 'postgres');
  });
}
