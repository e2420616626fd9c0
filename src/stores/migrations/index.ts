// The migration line, oldest first: one for both engines, forward only. A released file is never changed.
import type { Kysely } from 'kysely';
import type { ColumnTypes } from '../engine.ts';
import type { Tables } from '../schema.ts';
import * as foundation from './0001-foundation.ts';
import * as surfaces from './0002-surfaces.ts';
import * as privateInfrastructure from './0003-private-infrastructure.ts';
import * as scale from './0004-scale.ts';

export type Migration = {
  name: string;
  up: (db: Kysely<Tables>, columns: ColumnTypes) => Promise<void>;
};

export const migrations: readonly Migration[] = [
  { name: '0001-foundation', up: foundation.up },
  { name: '0002-surfaces', up: surfaces.up },
  { name: '0003-private-infrastructure', up: privateInfrastructure.up },
  { name: '0004-scale', up: scale.up },
];
