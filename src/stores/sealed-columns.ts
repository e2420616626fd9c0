// Every sealed column, for whoever goes through all of them. A column of bytes that is missing here does not compile;
// test/stores/sealed-columns.test.ts compares the list with a real database. Additional data of a value is its table,
// its column, and the values of the key joined by spaces.
import type { Tables } from './schema.ts';

type SealedName<Columns> = {
  [Name in keyof Columns]: Uint8Array extends Columns[Name] ? Name : never;
}[keyof Columns];

type Plan<Columns> =
  | { key: readonly (keyof Columns & string)[]; columns: Record<SealedName<Columns> & string, 1> }
  | { notResealed: string };

type TablesWithSealed = {
  [Name in keyof Tables as [SealedName<Tables[Name]>] extends [never] ? never : Name]: Plan<Tables[Name]>;
};

export const sealedPlans = {
  oauth_clients: { key: ['id'], columns: { client_secret: 1, next_client_secret: 1 } },
  connect_sessions: { key: ['id'], columns: { held: 1 } },
  authorization_requests: { key: ['id'], columns: { code_verifier: 1 } },
  grants: { key: ['id'], columns: { refresh_token: 1 } },
  token_sets: { key: ['grant_id', 'resource'], columns: { access_token: 1 } },
  webhook_endpoints: { key: ['id'], columns: { secret: 1, previous_secret: 1 } },
  key_proofs: { notResealed: 'One a key: it proves that this very key fits.' },
} as const satisfies TablesWithSealed;

export type SealedTable = { name: string; key: readonly string[]; columns: readonly string[] };

/** In the order in which they are gone through. */
export const sealedTables: readonly SealedTable[] = Object.entries(sealedPlans).flatMap(([name, plan]) =>
  'key' in plan ? [{ name, key: plan.key, columns: Object.keys(plan.columns) }] : [],
);
