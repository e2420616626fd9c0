// The erasure of one person from a workspace, as the steps of a background job: search, rewrite what names the person,
// disconnect the mailboxes, remove the rest. Each step is short and may be done twice.
import { record } from '../audit.ts';
import { GatewayError } from '../errors.ts';
import type { BackgroundJob, JobStep } from '../jobs/background-jobs.ts';
import { type JobFailure, jobFailuresOf } from '../jobs/mailbox-job-plan.ts';
import type { Mailboxes } from '../mailboxes.ts';
import type { PersonalRow, Ports } from '../ports.ts';
import type { Principal } from '../principal.ts';
import {
  type ErasurePhase,
  type ErasurePlan,
  type ErasureReport,
  emptyReport,
  erasureReportOf,
  planData,
  planOf,
} from './erasure-plan.ts';
import { type Recognition, recognitionOf } from './people-traces.ts';
import { createPersonSearch, firstPlace, idOf, isAbout } from './person-search.ts';

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'log'> & { mailboxes: Pick<Mailboxes, 'disconnect'> };

/** Of one step, which must be over within the claim of its job. */
const stepMilliseconds = 5_000;
/** Of a row that others write in the same moment. */
const triesMax = 5;
/** Rows that are nothing without the person. */
const removedTables: ReadonlySet<string> = new Set(['connect_sessions', 'console_sessions']);
/** Columns of which two rows may not have the same text. */
const uniqueColumns: ReadonlySet<string> = new Set(['tags.name', 'mailboxes.external_id']);

type Rewriting = { workspaceId: string; recognition: Recognition; isOfPerson: boolean };
type Outcome = 'removed' | 'rewritten' | 'untouched';
type Progress = { plan: ErasurePlan | null; report: ErasureReport; failures: JobFailure[] };

export function createErasureStep(ports: Needs): JobStep {
  const { store, log, mailboxes } = ports;
  const { walk, search } = createPersonSearch(ports);

  async function rewrite(
    row: PersonalRow,
    { workspaceId, recognition, isOfPerson }: Rewriting,
  ): Promise<Outcome> {
    let current: PersonalRow = row;
    for (let turn = 0; turn < triesMax; turn += 1) {
      const texts = Object.fromEntries(
        Object.entries(current.texts).flatMap(([column, text]) => {
          const mark = uniqueColumns.has(`${row.table}.${column}`) ? idOf(row).slice(-12) : null;
          const erased = recognition.erased(text, { isAbout: isOfPerson, mark });
          return erased === text ? [] : [[column, erased]];
        }),
      );
      if (Object.keys(texts).length === 0) return turn === 0 ? 'untouched' : 'rewritten';
      if (await store.people.rewrite(current, texts)) return 'rewritten';
      const again = await store.people.row(workspaceId, row);
      if (again === null) return 'removed';
      current = { ...again, texts: onlyOf(again.texts, row.texts) };
    }
    throw new Error(`a row of ${row.table} changes faster than it can be rewritten`);
  }

  /** Through every table: part of the way. `isLast`: what tells of names goes too. */
  async function sweep(
    { workspaceId }: BackgroundJob,
    plan: ErasurePlan,
    { report, failures }: Progress,
    isLast: boolean,
  ): Promise<ErasurePlan['place'] | null> {
    const { person, place: from } = plan;
    const recognition = recognitionOf(person);
    const own = new Set(person.mailboxes.flatMap(({ id, grantId }) => [id, grantId]));
    const tables = store.people.tables();
    return walk({ workspaceId, tables, from, milliseconds: stepMilliseconds }, async (row) => {
      // These go as a whole, by being disconnected.
      if ((row.table === 'mailboxes' || row.table === 'grants') && own.has(idOf(row))) return;
      if (isErasure(row)) return;
      const isOfPerson = isAbout(row, recognition, person.objectIds);
      const isCustomer = row.table === 'customers' && recognition.mentions(row.texts.email ?? '');
      const goes = isCustomer || (isOfPerson && removedTables.has(row.table));
      if (goes && !isLast) return;
      if (goes) await store.people.removeRow(row);
      const isStaying = await staysInUse(row, recognition);
      if (isStaying && row.table === 'mailboxes') noteStaying(failures, idOf(row));
      const seen = isStaying ? withoutIdentity(row) : row;
      const outcome = goes ? 'removed' : await rewrite(seen, { workspaceId, recognition, isOfPerson });
      if (outcome !== 'untouched') report[outcome][row.table] = (report[outcome][row.table] ?? 0) + 1;
    });
  }

  /**
   * Whether it is, by one of the person's addresses, what somebody connects with: a mailbox under another address of
   * theirs, or one that came meanwhile. Without its address it could neither be used nor found.
   */
  async function staysInUse({ table, key, texts }: PersonalRow, recognition: Recognition): Promise<boolean> {
    const { email = '', delegate_email: delegate = '', subject = '' } = texts;
    if (table === 'mailboxes') return recognition.mentions(email) || recognition.mentions(delegate);
    if (table !== 'grants' || !recognition.mentions(subject)) return false;
    return (await store.mailboxes.countByGrant(String(key[0]))) > 0;
  }

  /** The next mailbox of the person. */
  async function disconnectNext(job: BackgroundJob, plan: ErasurePlan, soFar: Progress): Promise<Progress> {
    const { report, failures } = soFar;
    const handled = new Set([
      ...report.mailboxes.map(({ mailboxId }) => mailboxId),
      ...failures.map(({ mailboxId }) => mailboxId),
    ]);
    const next = plan.person.mailboxes.find(({ id }) => !handled.has(id));
    if (next === undefined) return { ...soFar, plan: { ...plan, phase: 'remove', place: firstPlace } };
    try {
      const by = principalOf(job, plan);
      const { atProvider } = await mailboxes.disconnect(by, next.id, { revoke: true, isErased: true });
      return { ...soFar, report: withMailbox(report, next.id, atProvider) };
    } catch (error) {
      if (!(error instanceof GatewayError)) {
        log.error('a mailbox of a person could not be disconnected', { mailboxId: next.id, error });
      }
      const code = error instanceof GatewayError ? error.code : 'internal_error';
      if (code === 'overloaded') throw error;
      // By an earlier try of this step, whose answer was lost, or by somebody else.
      if (code === 'not_found') return { ...soFar, report: withMailbox(report, next.id, 'unknown') };
      const detail = error instanceof GatewayError ? error.message : 'The log has the reason.';
      return { ...soFar, failures: [...failures, { mailboxId: next.id, code, detail }] };
    }
  }

  async function advance(job: BackgroundJob, plan: ErasurePlan, soFar: Progress): Promise<Progress> {
    const { workspaceId } = job;
    const { person, place: from } = plan;
    const goOn = (place: ErasurePlan['place'] | null, next: ErasurePhase): ErasurePlan =>
      place === null ? { ...plan, phase: next, place: firstPlace } : { ...plan, place };
    switch (plan.phase) {
      case 'search': {
        const place = await search(workspaceId, person, { from, milliseconds: stepMilliseconds });
        return { ...soFar, plan: goOn(place, 'rewrite') };
      }
      case 'rewrite':
        return { ...soFar, plan: goOn(await sweep(job, plan, soFar, false), 'disconnect') };
      case 'disconnect':
        return disconnectNext(job, plan, soFar);
      case 'remove': {
        // With what came in meanwhile.
        const place = await sweep(job, plan, soFar, true);
        if (place !== null) return { ...soFar, plan: { ...plan, place } };
        const { removed, rewritten: changed } = soFar.report;
        const data = { person: job.data.person, removed, rewritten: changed };
        const entry = { workspaceId, action: 'person.erased', objectId: job.id, data } as const;
        await record(ports, store, principalOf(job, plan), entry);
        return { ...soFar, plan: null };
      }
      default:
        return plan.phase satisfies never;
    }
  }

  return async (job) => {
    const plan = planOf(job.data);
    if (plan === null) {
      // The step before has taken the plan out of the row; now also out of the files.
      await store.people.forgetRemoved();
      return { ...job, status: 'success', progress: 100 };
    }
    const report = erasureReportOf(job) ?? emptyReport;
    const after = await advance(job, plan, { plan, report, failures: jobFailuresOf(job) });
    const total = after.report.mailboxes.length + leftOf(plan, after) + after.failures.length;
    const { plan: _, ...kept } = job.data;
    const data = {
      ...kept,
      report: after.report,
      failures: after.failures,
      total,
      done: after.report.mailboxes.length,
      failed: after.failures.length,
      ...(after.plan === null ? {} : { plan: planData(after.plan) }),
    };
    return { ...job, status: 'running', progress: progressOf[after.plan?.phase ?? 'over'], data };
  };
}

/** Mailboxes that are still to be disconnected. */
const leftOf = ({ person }: ErasurePlan, { report, failures }: Progress): number => {
  const handled = new Set([...report.mailboxes, ...failures].map(({ mailboxId }) => mailboxId));
  return person.mailboxes.filter(({ id }) => !handled.has(id)).length;
};

/** By phase: how long each takes is not known before. Percent. */
const progressOf = { search: 5, rewrite: 30, disconnect: 60, remove: 80, over: 95 } as const satisfies Record<
  ErasurePhase | 'over',
  number
>;

const identityColumns: ReadonlySet<string> = new Set(['email', 'delegate_email', 'subject']);

const withoutIdentity = (row: PersonalRow): PersonalRow => ({
  ...row,
  texts: Object.fromEntries(Object.entries(row.texts).filter(([column]) => !identityColumns.has(column))),
});

/** Those that are looked at, as they are now. */
const onlyOf = (texts: PersonalRow['texts'], looked: PersonalRow['texts']): PersonalRow['texts'] =>
  Object.fromEntries(Object.entries(texts).filter(([column]) => column in looked));

function noteStaying(failures: JobFailure[], mailboxId: string): void {
  if (failures.some((failure) => failure.mailboxId === mailboxId)) return;
  const detail = 'It is connected under an address of the person: erase that address too, or disconnect it.';
  failures.push({ mailboxId, code: 'conflict', detail });
}

/** The plans of erasures name the persons, and go with the ends of their jobs. */
function isErasure({ table, texts }: PersonalRow): boolean {
  if (table !== 'background_jobs') return false;
  const data: unknown = JSON.parse(texts.data ?? 'null');
  return (
    typeof data === 'object' && data !== null && planOf(Object.fromEntries(Object.entries(data))) !== null
  );
}

const withMailbox = (
  report: ErasureReport,
  mailboxId: string,
  atProvider: ErasureReport['mailboxes'][number]['atProvider'],
): ErasureReport => ({ ...report, mailboxes: [...report.mailboxes, { mailboxId, atProvider }] });

/** Whoever asked. Their right was looked at when they did. */
const principalOf = ({ workspaceId }: BackgroundJob, { by }: ErasurePlan): Principal => ({
  keyId: by.keyId,
  workspaceId,
  isInstallation: false,
  scopes: new Set(['mailboxes:delete']),
  expiresAt: null,
  ...(by.from ? { from: by.from } : {}),
});
