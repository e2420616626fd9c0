// Which rows are about a person. A person is known by an address; the mailboxes that have it as theirs, as an alias or
// as the sign-in of a shared mailbox are the person's, and so are the other addresses of these. Rows are walked slice
// by slice, and a walk can be gone on with from any slice; nothing is changed here.
import { GatewayError } from '../errors.ts';
import type { PersonalRow, PersonalSlice, Ports } from '../ports.ts';
import { createBreath } from './breath.ts';
import { type Recognition, recognitionOf } from './people-traces.ts';

export type Person = {
  /** The one that was asked for, lower case. */
  email: string;
  /** All that are known. */
  addresses: string[];
  names: string[];
  mailboxes: { id: string; grantId: string }[];
  /** Mailboxes, connect sessions and whatever else events say about the person. */
  objectIds: Set<string>;
};

/** Before this slice of this table. */
export type Place = { table: number; after: PersonalSlice['after'] };

export const firstPlace: Place = { table: 0, after: null };

/** Where names, further addresses and objects of a person are found, in the order in which one leads to the next. */
export const searchedTables: readonly string[] = [
  'mailboxes',
  'connect_sessions',
  'customers',
  'events',
  'webhook_deliveries',
];

const sliceRows = 500;
/** Of one person; more than that is no person. */
const objectsMax = 10_000;

export const unknownPerson = (email: string): Person => ({
  email: email.toLowerCase(),
  addresses: [email.toLowerCase()],
  names: [],
  mailboxes: [],
  objectIds: new Set(),
});

export type PersonSearch = ReturnType<typeof createPersonSearch>;

export function createPersonSearch({ clock, store }: Pick<Ports, 'clock' | 'store'>) {
  /**
   * Visits the rows of these tables, for about so long; answers where to go on, null at the end. Rows that come while
   * it walks may be missed. Throws `overloaded` once `signal` has aborted.
   */
  async function walk(
    { workspaceId, tables, from, milliseconds, signal }: Walk,
    visit: (row: PersonalRow) => Promise<void>,
  ): Promise<Place | null> {
    const begun = clock.now();
    const breathe = createBreath({ clock });
    let { table, after } = from;
    for (;;) {
      const name = tables[table];
      if (name === undefined) return null;
      if (signal?.aborted) throw new GatewayError('overloaded', 'Nobody waits for this any more.');
      const slice = await store.people.slice(workspaceId, name, { after, limit: sliceRows });
      for (const row of slice.rows) {
        await visit(row);
        await breathe();
      }
      after = slice.after;
      if (after === null) table += 1;
      if (table >= tables.length) return null;
      if (clock.now() - begun >= milliseconds) return { table, after };
      // Others get their turn on the embedded engine.
      await clock.sleep(1);
    }
  }

  /** Adds to the person what a row tells. */
  async function note(person: Person, row: PersonalRow): Promise<void> {
    switch (row.table) {
      case 'mailboxes':
        return noteMailbox(person, row);
      case 'connect_sessions':
        if (!isAbout(row, addressesOf(person), person.objectIds)) return;
        person.objectIds.add(idOf(row));
        addTo(person.names, namesIn(row));
        break;
      case 'customers':
        // A mailbox may be gone already: customers and sessions tell of the name too.
        if (addressesOf(person).mentions(row.texts.email ?? '')) addTo(person.names, [row.texts.name ?? '']);
        break;
      default:
        if (row.objectId !== null && mentions(row, addressesOf(person))) person.objectIds.add(row.objectId);
    }
    if (person.objectIds.size > objectsMax) throw tooMany();
  }

  async function noteMailbox(person: Person, { key, texts }: PersonalRow): Promise<void> {
    const isOwn = recognitionOf({ addresses: [person.email], names: [] });
    const { email = '', delegate_email: delegate = '', aliases = '' } = texts;
    if (![email, delegate, aliases].some((text) => isOwn.mentions(text))) return;
    const found = await store.mailboxes.withGrant(String(key[0]));
    if (found === null) return;
    const { mailbox, grant } = found;
    if (person.objectIds.has(mailbox.id)) return;
    person.mailboxes.push({ id: mailbox.id, grantId: grant.id });
    person.objectIds.add(mailbox.id);
    // Who opens a shared mailbox is not called as it is.
    if (mailbox.delegateEmail !== null) return;
    addTo(person.addresses, [mailbox.email, ...mailbox.aliases]);
    addTo(person.names, [mailbox.name]);
  }

  return {
    walk,

    /** Part of the search: answers where to go on, null when everything is known. */
    search: (
      workspaceId: string,
      person: Person,
      way: Pick<Walk, 'from' | 'milliseconds' | 'signal'>,
    ): Promise<Place | null> =>
      walk({ ...way, workspaceId, tables: searchedTables }, (row) => note(person, row)),
  };
}

const tooMany = (): GatewayError =>
  new GatewayError(
    'conflict',
    `More than ${objectsMax} mailboxes, connect sessions and other objects are about this address, which is not one person's. Disconnect mailboxes that it opens for others first.`,
  );

type Walk = {
  workspaceId: string;
  tables: readonly string[];
  from: Place;
  milliseconds: number;
  /** Ends it: nobody wants it any more. */
  signal?: AbortSignal | undefined;
};

/** Addresses alone decide whether a row is about somebody. They only become more. */
const kept = new WeakMap<Person, { count: number; recognition: Recognition }>();

function addressesOf(person: Person): Recognition {
  const { addresses } = person;
  const found = kept.get(person);
  if (found?.count === addresses.length) return found.recognition;
  const recognition = recognitionOf({ addresses, names: [] });
  kept.set(person, { count: addresses.length, recognition });
  return recognition;
}

function addTo(texts: string[], more: readonly string[]): void {
  for (const text of more) if (text !== '' && !texts.includes(text)) texts.push(text);
}

/** Of a row whose key is an id. */
export const idOf = ({ key }: PersonalRow): string => String(key[0]);

const mentions = ({ texts }: PersonalRow, recognition: Recognition): boolean =>
  Object.values(texts).some((text) => recognition.mentions(text));

/** Whether a row names an address of the person, or is about one of these objects. */
export const isAbout = (
  row: PersonalRow,
  recognition: Recognition,
  objectIds: ReadonlySet<string>,
): boolean =>
  mentions(row, recognition) ||
  (row.objectId !== null && objectIds.has(row.objectId)) ||
  objectIds.has(idOf(row));

/** What a connect session calls the person, in its own column and in what it came to. */
function namesIn({ texts }: PersonalRow): string[] {
  const inside = [texts.outcome, texts.setback].flatMap((text) => {
    const value: unknown = text === undefined ? null : JSON.parse(text);
    const name: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'name') : null;
    return typeof name === 'string' ? [name] : [];
  });
  return [texts.mailbox_name ?? '', ...inside];
}
