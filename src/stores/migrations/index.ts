// The migration line, oldest first: one for both engines, forward only. A released file is never changed.
//
// While one node migrates, nodes of the release before are at work on the same tables, and go on so until they are
// replaced. So a migration
// - only adds: tables, columns that may be null or have a constant default, indexes. What the release before writes,
//   which does not know of them, must be right without them, and what it reads must keep its name and its meaning;
// - takes away (a column, a word, a meaning) only what the release before has ceased to use: a release later;
// - rewrites no table and fills no column of all rows: rows are brought up to date when they are written next, or by a
//   loop, and readers take a missing value for what it meant before;
// - makes indexes on tables of an older migration by `indexes`, not in `up`: built there, they would keep writers out
//   for as long as the table takes to be read;
// - is short: `up` runs in one transaction, all that it alters stays locked until its end.
// docs/operations/postgres.md tells the operator's side; test/stores/previous-release.postgres.test.ts holds it.
import type { Kysely } from 'kysely';
import type { ColumnTypes, Index, TableSettings } from '../engine.ts';
import type { Tables } from '../schema.ts';
import * as foundation from './0001-foundation.ts';
import * as surfaces from './0002-surfaces.ts';
import * as privateInfrastructure from './0003-private-infrastructure.ts';
import * as scale from './0004-scale.ts';
import * as dailyUse from './0005-daily-use.ts';

export type Migration = {
  name: string;
  up: (db: Kysely<Tables>, columns: ColumnTypes) => Promise<void>;
  /** On tables that may be large. Until one is built, which may be after the start, its queries are slow, not wrong. */
  indexes?: readonly Index[];
  /** How tables are kept, where the engine lets one say. */
  tableSettings?: readonly TableSettings[];
};

export const migrations: readonly Migration[] = [
  { name: '0001-foundation', up: foundation.up },
  { name: '0002-surfaces', up: surfaces.up },
  { name: '0003-private-infrastructure', up: privateInfrastructure.up },
  { name: '0004-scale', up: scale.up, indexes: scale.indexes, tableSettings: scale.tableSettings },
  { name: '0005-daily-use', up: dailyUse.up, indexes: dailyUse.indexes },
];
