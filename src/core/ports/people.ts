// Storage of what is to be found of a person, whatever table it is in.

/** A row of a workspace with those of its columns that can hold something about a person. */
export type PersonalRow = {
  table: string;
  /** Values of its key. */
  key: readonly (string | number)[];
  texts: Readonly<Record<string, string>>;
  /** What an event, a delivery or an attempt at one is about; null elsewhere. */
  objectId: string | null;
};

export type PersonalSlice = {
  rows: PersonalRow[];
  /** Behind which row the next slice begins; null = there is none. */
  after: readonly (string | number)[] | null;
};

export type PeopleOperations = {
  /** Tables that are searched. */
  tables(): readonly string[];
  /** The next rows of a table in a workspace, in the order of their keys. */
  slice(
    workspaceId: string,
    table: string,
    page: { after: PersonalSlice['after']; limit: number },
  ): Promise<PersonalSlice>;
  /** The same row as it is now; null when it is gone. */
  row(workspaceId: string, row: Pick<PersonalRow, 'table' | 'key'>): Promise<PersonalRow | null>;
  /** Replaces these texts, each only where it is still the one that was read; false when one was not. */
  rewrite(row: PersonalRow, texts: Readonly<Record<string, string>>): Promise<boolean>;
  removeRow(row: PersonalRow): Promise<void>;
  /** Brings what was removed out of the files of the database, as far as the engine can. */
  forgetRemoved(): Promise<void>;
};
