// What an erasure holds as the data of its background job, written and read back: rows are input like any other. The
// plan names the person and goes with the job's end; the report names nobody.
import { originOf } from '../jobs/mailbox-job-plan.ts';
import type { RequestOrigin } from '../principal.ts';
import { firstPlace, type Person, type Place } from './person-search.ts';

/**
 * In this order, so that whoever begins anew after an end half-way still finds what is left: names are known from the
 * mailboxes, connect sessions and customers, so these go last.
 */
export type ErasurePhase = 'search' | 'rewrite' | 'disconnect' | 'remove';

export type ErasurePlan = {
  by: { keyId: string; from: RequestOrigin | null };
  phase: ErasurePhase;
  place: Place;
  person: Person;
};

export type ErasureReport = {
  mailboxes: { mailboxId: string; atProvider: 'revoked' | 'failed' | 'kept' | 'unsupported' | 'unknown' }[];
  /** Rows by table. */
  removed: Record<string, number>;
  rewritten: Record<string, number>;
};

export const emptyReport: ErasureReport = { mailboxes: [], removed: {}, rewritten: {} };

export const planData = ({ by, phase, place, person }: ErasurePlan): Record<string, unknown> => ({
  by,
  phase,
  place,
  person: { ...person, objectIds: [...person.objectIds] },
});

/** Null for one that is over, or was never there. */
export function planOf({ plan }: Record<string, unknown>): ErasurePlan | null {
  const [by, phase, place, person] = ['by', 'phase', 'place', 'person'].map((name) => member(plan, name));
  const known = phases.find((each) => each === phase);
  const email = member(person, 'email');
  if (known === undefined || typeof email !== 'string') return null;
  return {
    by: { keyId: String(member(by, 'keyId')), from: originOf(member(by, 'from')) },
    phase: known,
    place: placeOf(place),
    person: {
      email,
      addresses: textsOf(member(person, 'addresses')),
      names: textsOf(member(person, 'names')),
      mailboxes: listOf(member(person, 'mailboxes')).map((each) => ({
        id: String(member(each, 'id')),
        grantId: String(member(each, 'grantId')),
      })),
      objectIds: new Set(textsOf(member(person, 'objectIds'))),
    },
  };
}

/** Of a job of any kind: what an erasure has done so far; null for other jobs. */
export function erasureReportOf({ type, data }: { type: string; data: Record<string, unknown> }) {
  if (type !== 'erase_person') return null;
  const { report } = data;
  return {
    mailboxes: listOf(member(report, 'mailboxes')).map((each) => ({
      mailboxId: String(member(each, 'mailboxId')),
      atProvider: ends.find((end) => end === member(each, 'atProvider')) ?? 'unknown',
    })),
    removed: countsOf(member(report, 'removed')),
    rewritten: countsOf(member(report, 'rewritten')),
  } satisfies ErasureReport;
}

const phases = ['search', 'rewrite', 'disconnect', 'remove'] as const satisfies readonly ErasurePhase[];
const ends = ['revoked', 'failed', 'kept', 'unsupported'] as const;

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const textsOf = (value: unknown): string[] => listOf(value).filter((each) => typeof each === 'string');

function placeOf(value: unknown): Place {
  const table = member(value, 'table');
  if (typeof table !== 'number') return firstPlace;
  const after = member(value, 'after');
  const key = listOf(after).filter((each) => typeof each === 'string' || typeof each === 'number');
  return { table, after: key.length === 0 ? null : key };
}

const countsOf = (value: unknown): Record<string, number> =>
  Object.fromEntries(
    Object.entries(Object(value)).flatMap(([name, count]) =>
      typeof count === 'number' ? [[name, count]] : [],
    ),
  );
