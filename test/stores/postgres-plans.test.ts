// What falls due is found by an index, on both engines: the cost of a loop's turn does not grow with the tables.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { postgresPlans, sqlitePlans } from '../../bench/plans.ts';
import type { Plan } from '../../bench/support/query-plans.ts';
import { readState } from '../counterparts/state.ts';

const rows = 20_000;

/** Small by nature: one row for each provider and OAuth client in trouble. */
const ofSmallTables = new Set(['breakers to be pruned']);

const assertGood = (plans: readonly Plan[], least: number): void => {
  assert.ok(plans.length >= least);
  for (const { work, by, faults } of plans) {
    assert.deepEqual({ work, faults }, { work, faults: [] });
    assert.ok(by.length > 0 || ofSmallTables.has(work), `${work} uses no index`);
  }
};

describe('the plans of what falls due', () => {
  it('on SQLite every statement finds its rows by an index, and sorts nothing', async () => {
    assertGood(await sqlitePlans(rows), 18);
  });

  it('on PostgreSQL every statement looks at its batch, and at little beside it', async () => {
    assertGood(await postgresPlans(readState().postgres, rows), 20);
  });
});
