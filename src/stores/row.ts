// Reads one row of a result column by column, checked: what a database holds is input like any other.
// Owns the sealing of columns too, so that the name of the place is built in one spot.
import { GatewayError } from '../core/errors.ts';
import { type Secret, unopened } from '../core/secret.ts';
import { type Keyring, KeyringError, sealsNothing } from './keyring.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A compiled schema of typebox. */
export type Parser<T> = { Check(value: unknown): value is T };

export type RowReader = ReturnType<typeof readRow>;

/** `prefix` comes before each column's name in a joined result: `grants.id`. */
export const readRow = (table: string, row: Row, prefix = '') => {
  const bad = (column: string, expected: string, cause?: unknown): GatewayError => {
    const rowId = row[`${prefix}id`];
    const where = `${table}.${column}${typeof rowId === 'string' ? ` of row ${rowId}` : ''}`;
    return new GatewayError('internal_error', `The stored ${where} is not ${expected}.`, { cause });
  };
  const orNull =
    <T>(read: (column: string) => T) =>
    (column: string): T | null =>
      row[`${prefix}${column}`] === null ? null : read(column);

  const text = (column: string): string => {
    const value = row[`${prefix}${column}`];
    if (typeof value !== 'string') throw bad(column, 'text');
    return value;
  };
  const integer = (column: string): number => {
    const value = row[`${prefix}${column}`];
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw bad(column, 'an integer');
    return value;
  };
  const flag = (column: string): boolean => {
    const value = integer(column);
    if (value !== 0 && value !== 1) throw bad(column, '0 or 1');
    return value === 1;
  };
  const json = <T>(column: string, parser: Parser<T>): T => {
    const value = parseJson(text(column), (cause) => bad(column, 'valid JSON', cause));
    if (!parser.Check(value)) throw bad(column, 'JSON of the expected shape');
    return value;
  };
  const sealed = (column: string): Uint8Array => {
    const value = row[`${prefix}${column}`];
    if (!(value instanceof Uint8Array)) throw bad(column, 'bytes');
    return value;
  };
  const opened = (column: string, keyring: Keyring, rowId: string): Secret<string> => {
    const value = sealed(column);
    return unopened(() => openColumn(keyring, { table, column, rowId }, value));
  };
  return {
    text,
    textOrNull: orNull(text),
    integer,
    integerOrNull: orNull(integer),
    flag,
    json,
    jsonOrNull: <T>(column: string, parser: Parser<T>): T | null =>
      row[`${prefix}${column}`] === null ? null : json(column, parser),
    /** One of a closed set of words, given as the keys of a table. */
    oneOf: <Word extends string>(column: string, words: Record<Word, unknown>): Word => {
      const value = text(column);
      if (!isWord(value, words)) throw bad(column, 'a known word');
      return value;
    },
    /** Opened when it is revealed; that throws for a value that was moved or altered. */
    opened,
    /** Null where the empty text is sealed: of columns that may not be null. */
    openedOrNull: (column: string, keyring: Keyring, rowId: string): Secret<string> | null =>
      sealsNothing(sealed(column)) ? null : opened(column, keyring, rowId),
    /** Sealed JSON. What is wrong with it is not told: the parser's message would quote it. */
    openedJson: <T>(column: string, parser: Parser<T>, keyring: Keyring, rowId: string): T => {
      const hidden = () => bad(column, 'sealed JSON of the expected shape');
      const value = parseJson(opened(column, keyring, rowId).reveal(), hidden);
      if (!parser.Check(value)) throw hidden();
      return value;
    },
  };
};

type Place = { table: string; column: string; rowId: string };

const additionalData = ({ table, column, rowId }: Place): string => `${table}|${column}|${rowId}`;

export const sealColumn = (keyring: Keyring, place: Place, value: Secret<string>): Uint8Array =>
  keyring.seal(additionalData(place), value.reveal());

/** The same value under the current key. Throws `KeyringError` for one that cannot be opened. */
export const resealedColumn = (keyring: Keyring, place: Place, sealed: Uint8Array): Uint8Array =>
  keyring.seal(additionalData(place), keyring.open(additionalData(place), sealed));

export const flagOf = (value: boolean): 0 | 1 => (value ? 1 : 0);

const openColumn = (keyring: Keyring, place: Place, sealed: Uint8Array): string => {
  try {
    return keyring.open(additionalData(place), sealed);
  } catch (cause) {
    if (!(cause instanceof KeyringError)) throw cause;
    const where = `${place.table}.${place.column} of row ${place.rowId}`;
    throw new GatewayError('internal_error', `The stored ${where} cannot be opened: ${cause.message}`, {
      cause,
    });
  }
};

/** Rows joined under names of the form `table.column`, in the order in which the grants come first. */
export const rowsByGrant = (rows: readonly Row[]): Map<string, Row[]> => {
  const byId = new Map<string, Row[]>();
  for (const row of rows) {
    const id = readRow('grants', row, 'grants.').text('id');
    const known = byId.get(id);
    if (known) known.push(row);
    else byId.set(id, [row]);
  }
  return byId;
};

/**
 * Without those that cannot be read, for each of which `passedOver` is called: for walks through many rows, which must
 * not end at one of them.
 */
export const readable = <R, T>(
  rows: readonly R[],
  read: (row: R) => T,
  passedOver: (row: R, error: GatewayError) => void = () => {},
): T[] =>
  rows.flatMap((row) => {
    try {
      return [read(row)];
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      passedOver(row, error);
      return [];
    }
  });

const isWord = <Word extends string>(value: string, words: Record<Word, unknown>): value is Word =>
  Object.hasOwn(words, value);

const parseJson = (text: string, fail: (cause: unknown) => Error): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail(cause);
  }
};
