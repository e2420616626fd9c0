// What is held of one person in a workspace: told as a whole, or erased. A person is known by an address; the mailboxes
// that have it as theirs, as an alias or as the sign-in of a shared mailbox are the person's, and so are the other
// addresses of these. Both walk slice by slice and may be asked for again: what is done stays done.
import { record } from './audit.ts';
import { invalidField } from './errors.ts';
import type { Disconnection, Mailboxes } from './mailboxes.ts';
import { type Recognition, recognitionOf, type Traces } from './people-traces.ts';
import type { MailboxWithGrant, PersonalRow, Ports } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';

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

export type ErasureReport = {
  mailboxes: Disconnection[];
  /** Rows by table. */
  removed: Record<string, number>;
  rewritten: Record<string, number>;
};

export type People = ReturnType<typeof createPeople>;

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'linkSigner'> & { mailboxes: Mailboxes };

const sliceRows = 500;
const recordsMax = 10_000;
/** Of a row that others write in the same moment. */
const triesMax = 5;
/** Rows that are nothing without the person. */
const removedTables: ReadonlySet<string> = new Set(['connect_sessions', 'console_sessions']);

type Person = Traces & { email: string; mailboxes: MailboxWithGrant[]; objectIds: Set<string> };

export function createPeople(ports: Needs) {
  const { clock, store, linkSigner, mailboxes } = ports;

  async function* rowsOf(workspaceId: string, table: string): AsyncGenerator<PersonalRow> {
    let after: Awaited<ReturnType<typeof store.people.slice>>['after'] = null;
    do {
      const slice: Awaited<ReturnType<typeof store.people.slice>> = await store.people.slice(
        workspaceId,
        table,
        { after, limit: sliceRows },
      );
      yield* slice.rows;
      after = slice.after;
      // Others get their turn on the embedded engine.
      await clock.sleep(1);
    } while (after !== null);
  }

  async function find(workspaceId: string, email: string): Promise<Person> {
    const isOwn = recognitionOf({ addresses: [email], names: [] });
    const found: MailboxWithGrant[] = [];
    for await (const { key, texts } of rowsOf(workspaceId, 'mailboxes')) {
      const { email: own = '', delegate_email: delegate = '', aliases = '' } = texts;
      if (![own, delegate, aliases].some((text) => isOwn.mentions(text))) continue;
      const joined = await store.mailboxes.withGrant(String(key[0]));
      if (joined) found.push(joined);
    }
    // Who opens a shared mailbox is not called as it is.
    const own = found.filter(({ mailbox }) => mailbox.delegateEmail === null);
    const addresses = [email, ...own.flatMap(({ mailbox }) => [mailbox.email, ...mailbox.aliases])];
    const names = new Set(own.map(({ mailbox }) => mailbox.name).filter((name) => name !== ''));
    const objectIds = new Set(found.map(({ mailbox }) => mailbox.id));
    const person = { email, addresses: [...new Set(addresses)], mailboxes: found };
    // A mailbox may be gone already: sessions tell of the name too.
    const recognition = recognitionOf({ addresses: person.addresses, names: [] });
    for await (const row of rowsOf(workspaceId, 'connect_sessions')) {
      if (!isAbout(row, recognition, objectIds)) continue;
      objectIds.add(String(row.key[0]));
      for (const name of namesIn(row)) names.add(name);
    }
    for await (const row of rowsOf(workspaceId, 'customers')) {
      if (row.texts.email !== undefined && recognition.mentions(row.texts.email)) {
        if (row.texts.name) names.add(row.texts.name);
      }
    }
    for await (const row of rowsOf(workspaceId, 'events')) {
      if (row.objectId !== null && mentions(row, recognition)) objectIds.add(row.objectId);
    }
    return { ...person, names: [...names], objectIds };
  }

  /** For the audit log, which holds no address. */
  const markOf = (workspaceId: string, email: string): string =>
    linkSigner.sign('person', `${workspaceId} ${email}`).slice(0, 32);

  return {
    /** Throws nothing for a person of whom nothing is held: then that is the answer. */
    async export(principal: Principal, { email: given }: { email: string }): Promise<PersonExport> {
      const workspaceId = workspaceFor(principal, 'people:read');
      const email = given.toLowerCase();
      const person = await find(workspaceId, email);
      const recognition = recognitionOf(person);
      const records: PersonExport['records'] = [];
      let isComplete = true;
      for (const table of store.people.tables()) {
        for await (const row of rowsOf(workspaceId, table)) {
          if (!isAbout(row, recognition, person.objectIds)) continue;
          if (records.length >= recordsMax) {
            isComplete = false;
            break;
          }
          records.push({ kind: table, key: row.key.join(' '), texts: { ...row.texts } });
        }
      }
      await record(ports, store, principal, {
        workspaceId,
        action: 'person.exported',
        objectId: null,
        data: { person: markOf(workspaceId, email), records: records.length },
      });
      return { email, addresses: [...person.addresses], mailboxes: person.mailboxes, records, isComplete };
    },

    /**
     * Disconnects the person's mailboxes, revokes their grants at the providers, removes or rewrites every row that names
     * the person. Asked for again after a failure, it goes on with what is left. Throws `invalid_request` unless the
     * address is repeated.
     */
    async erase(
      principal: Principal,
      { email: given, confirm }: { email: string; confirm: string },
    ): Promise<ErasureReport> {
      const workspaceId = workspaceFor(principal, 'people:delete');
      const email = given.toLowerCase();
      if (confirm.toLowerCase() !== email) throw invalidField('/confirm', 'must repeat the address');
      const person = await find(workspaceId, email);
      const report: ErasureReport = { mailboxes: [], removed: {}, rewritten: {} };
      // The texts first: once the mailboxes are gone, nothing tells which names belong to the address.
      await rewriteAll(workspaceId, person, report);
      const scopes = new Set([...principal.scopes, 'mailboxes:delete'] as const);
      for (const { mailbox } of person.mailboxes) {
        report.mailboxes.push(
          await mailboxes.disconnect({ ...principal, scopes }, mailbox.id, { revoke: true, isErased: true }),
        );
      }
      // What came in meanwhile.
      await rewriteAll(workspaceId, person, report);
      await record(ports, store, principal, {
        workspaceId,
        action: 'person.erased',
        objectId: null,
        data: { person: markOf(workspaceId, email), removed: report.removed, rewritten: report.rewritten },
      });
      await store.people.forgetRemoved();
      return report;
    },
  };

  async function rewriteAll(workspaceId: string, person: Person, report: ErasureReport): Promise<void> {
    const recognition = recognitionOf(person);
    const mailboxIds = new Set(person.mailboxes.map(({ mailbox }) => mailbox.id));
    const grantIds = new Set(person.mailboxes.map(({ grant }) => grant.id));
    for (const table of store.people.tables()) {
      for await (const row of rowsOf(workspaceId, table)) {
        const id = String(row.key[0]);
        // These go as a whole, by being disconnected.
        if (table === 'mailboxes' && mailboxIds.has(id)) continue;
        if (table === 'grants' && grantIds.has(id)) continue;
        const result = await erase(row, { recognition, objectIds: person.objectIds, workspaceId });
        if (result === 'untouched') continue;
        report[result][table] = (report[result][table] ?? 0) + 1;
      }
    }
  }

  async function erase(
    row: PersonalRow,
    {
      recognition,
      objectIds,
      workspaceId,
    }: { recognition: Recognition; objectIds: Set<string>; workspaceId: string },
  ): Promise<'removed' | 'rewritten' | 'untouched'> {
    const isOfPerson = isAbout(row, recognition, objectIds);
    // What belongs to it comes later: the attempts of a delivery.
    if (isOfPerson) objectIds.add(String(row.key[0]));
    const isCustomer = row.table === 'customers' && recognition.mentions(row.texts.email ?? '');
    if (isCustomer || (isOfPerson && removedTables.has(row.table))) {
      await store.people.removeRow(row);
      return 'removed';
    }
    let current: PersonalRow = row;
    for (let turn = 0; turn < triesMax; turn += 1) {
      const texts = Object.fromEntries(
        Object.entries(current.texts).flatMap(([column, text]) => {
          const erased = recognition.erased(text, { isAbout: isOfPerson });
          return erased === text ? [] : [[column, erased]];
        }),
      );
      if (Object.keys(texts).length === 0) return turn === 0 ? 'untouched' : 'rewritten';
      if (await store.people.rewrite(current, texts)) return 'rewritten';
      const again: PersonalRow | null = await readAgain(workspaceId, current);
      if (again === null) return 'removed';
      current = again;
    }
    throw new Error(`a row of ${row.table} changes faster than it can be rewritten`);
  }

  async function readAgain(workspaceId: string, { table, key }: PersonalRow): Promise<PersonalRow | null> {
    for await (const row of rowsOf(workspaceId, table)) {
      if (row.key.every((value, at) => value === key[at])) return row;
    }
    return null;
  }
}

const mentions = ({ texts }: PersonalRow, recognition: Recognition): boolean =>
  Object.values(texts).some((text) => recognition.mentions(text));

const isAbout = (row: PersonalRow, recognition: Recognition, objectIds: ReadonlySet<string>): boolean =>
  mentions(row, recognition) ||
  (row.objectId !== null && objectIds.has(row.objectId)) ||
  objectIds.has(String(row.key[0]));

/** What a connect session calls the person, in its own column and in what it came to. */
function namesIn({ texts }: PersonalRow): string[] {
  const inside = [texts.outcome, texts.setback].flatMap((text) => {
    const value: unknown = text === undefined ? null : JSON.parse(text);
    const name: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'name') : null;
    return typeof name === 'string' ? [name] : [];
  });
  return [...(texts.mailbox_name === undefined ? [] : [texts.mailbox_name]), ...inside].filter(
    (name) => name !== '',
  );
}
