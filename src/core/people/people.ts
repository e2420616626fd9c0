// What is held of one person in a workspace: told as a whole, or erased by a background job (erasure.ts). Who is meant
// is found by person-search.ts.
import { record } from '../audit.ts';
import { invalidField } from '../errors.ts';
import type { BackgroundJob, BackgroundJobs } from '../jobs/background-jobs.ts';
import type { MailboxWithGrant, Ports } from '../ports.ts';
import { type Principal, workspaceFor } from '../principal.ts';
import { createBreath } from './breath.ts';
import { emptyReport, planData, planOf } from './erasure-plan.ts';
import { recognitionOf } from './people-traces.ts';
import { createPersonSearch, firstPlace, isAbout, unknownPerson } from './person-search.ts';

export type PersonExport = {
  email: string;
  /** All addresses of the person that are known here. */
  addresses: string[];
  mailboxes: MailboxWithGrant[];
  /** Every row that is about the person, with the columns that can be. */
  records: { kind: string; key: string; texts: Record<string, string> }[];
  /** False when there were more records than are told. */
  isComplete: boolean;
};

export type People = ReturnType<typeof createPeople>;

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'linkSigner'> & {
  backgroundJobs: Pick<BackgroundJobs, 'add'>;
};

const recordsMax = 10_000;
/** Jobs of a workspace are done in turn, so those that are not over are among the newest. */
const newestJobs = 100;
/** An export is one answer. */
const unhurried = Number.POSITIVE_INFINITY;

export function createPeople(ports: Needs) {
  const { store, linkSigner, backgroundJobs } = ports;
  const { walk, search } = createPersonSearch(ports);

  /** For the audit log, which holds no address. */
  const markOf = (workspaceId: string, email: string): string =>
    linkSigner.sign('person', `${workspaceId} ${email}`).slice(0, 32);

  async function unfinished(workspaceId: string, email: string): Promise<BackgroundJob | null> {
    const page = { after: null, limit: newestJobs };
    const { items } = await store.backgroundJobs.list(workspaceId, page, ['erase_person']);
    return items.find(({ data }) => planOf(data)?.person.email === email) ?? null;
  }

  return {
    /**
     * Throws nothing for a person of whom nothing is held: then that is the answer. Throws `conflict` for an address
     * that more than 10,000 objects are about, `overloaded` once `signal` has aborted: it goes through everything, for
     * nobody.
     */
    async export(
      principal: Principal,
      { email: given }: { email: string },
      signal?: AbortSignal,
    ): Promise<PersonExport> {
      const workspaceId = workspaceFor(principal, 'people:read');
      const person = unknownPerson(given);
      await search(workspaceId, person, { from: firstPlace, milliseconds: unhurried, signal });
      const recognition = recognitionOf(person);
      const records: PersonExport['records'] = [];
      let isComplete = true;
      const tables = store.people.tables();
      const way = { workspaceId, tables, from: firstPlace, milliseconds: unhurried, signal };
      await walk(way, async (row) => {
        if (!isComplete || !isAbout(row, recognition, person.objectIds)) return;
        if (records.length < recordsMax) {
          records.push({ kind: row.table, key: row.key.join(' '), texts: { ...row.texts } });
        } else isComplete = false;
      });
      const mailboxes: MailboxWithGrant[] = [];
      const breathe = createBreath(ports);
      for (const { id } of person.mailboxes) {
        await breathe();
        const found = await store.mailboxes.withGrant(id);
        if (found !== null) mailboxes.push(found);
      }
      const { email, addresses } = person;
      await record(ports, store, principal, {
        workspaceId,
        action: 'person.exported',
        objectId: null,
        data: { person: markOf(workspaceId, email), records: records.length },
      });
      return { email, addresses, mailboxes, records, isComplete };
    },

    /**
     * Begins a background job that disconnects the person's mailboxes, revokes their grants at the providers, and
     * removes or rewrites every row that names the person. Asked for again before it is over, it is the same job.
     * Throws `invalid_request` unless the address is repeated, `rate_limited` while the workspace has 20 unfinished
     * jobs.
     */
    async erase(
      principal: Principal,
      { email: given, confirm }: { email: string; confirm: string },
    ): Promise<BackgroundJob> {
      const workspaceId = workspaceFor(principal, 'people:delete');
      const person = unknownPerson(given);
      if (confirm.toLowerCase() !== person.email) throw invalidField('/confirm', 'must repeat the address');
      const begun = await unfinished(workspaceId, person.email);
      if (begun !== null) return begun;
      const by = { keyId: principal.keyId, from: principal.from ?? null };
      const mark = markOf(workspaceId, person.email);
      const plan = planData({ by, phase: 'search', place: firstPlace, person });
      return backgroundJobs.add(principal, workspaceId, {
        type: 'erase_person',
        data: { person: mark, report: emptyReport, plan },
        audited: { person: mark },
      });
    },
  };
}
