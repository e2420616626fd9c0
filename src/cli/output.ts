// What commands print: lists as columns or as one JSON document, single things line by line. Standard output holds the
// result only. Texts of others lose their control characters, which could steer a terminal.
import { exitCodes } from './command.ts';
import { actorLine, memberOf, textOf } from './report.ts';

export type Column = readonly [heading: string, pick: (item: unknown) => string | null];

/** How many rows are looked at for the width of the columns. */
const chunkSize = 200;

export const say = (line: string): void => void process.stdout.write(`${line}\n`);
/** Beside the result: progress, hints. */
export const note = (line: string): void => void process.stderr.write(`${line}\n`);
export const sayJson = (value: unknown): void => say(JSON.stringify(value, null, 2));

/** What a change came to that answers nothing to be shown: words on standard error, or `result` as the document. */
export function tellDone(words: string, result: object, { json }: { json: boolean }): number {
  if (json) sayJson(result);
  else note(words);
  return exitCodes.done;
}

/** A column of the member of this name, along a path with dots. */
export const member = (heading: string, path: string): Column => [
  heading,
  (item) => {
    const names = path.split('.');
    const last = names.pop() ?? '';
    return shown(memberOf(names.reduce<unknown>(memberOf, item), last));
  },
];

export function shown(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(shown).join(' ');
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value).replaceAll(/\p{Cc}+/gu, ' ');
}

/** As they come, so that a long list needs little memory. Answers how many there were. */
export async function printList(
  items: AsyncIterable<unknown> | Iterable<unknown>,
  columns: readonly Column[],
  { json, none }: { json: boolean; none: string },
): Promise<number> {
  return json ? printAsJson(items) : printAsColumns(items, columns, none);
}

async function printAsJson(items: AsyncIterable<unknown> | Iterable<unknown>): Promise<number> {
  let count = 0;
  for await (const item of items) {
    // Nothing before the first one is there: a refusal leaves no half of a document.
    await written(`${count === 0 ? '{"items":[\n' : ',\n'}${JSON.stringify(item)}`);
    count += 1;
  }
  await written(count === 0 ? '{"items":[]}\n' : '\n]}\n');
  return count;
}

async function printAsColumns(
  items: AsyncIterable<unknown> | Iterable<unknown>,
  columns: readonly Column[],
  none: string,
): Promise<number> {
  const widths = columns.map(([heading]) => heading.length);
  let rows: string[][] = [columns.map(([heading]) => heading)];
  let count = 0;
  const flush = async (): Promise<void> => {
    for (const row of rows) {
      row.forEach((cell, index) => {
        widths[index] = Math.max(widths[index] ?? 0, cell.length);
      });
    }
    for (const row of rows) {
      await written(
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
      );
    }
    rows = [];
  };
  for await (const item of items) {
    rows.push(columns.map(([, pick]) => pick(item) ?? '-'));
    count += 1;
    if (rows.length >= chunkSize) await flush();
  }
  if (count === 0) note(none);
  else await flush();
  return count;
}

/** One thing: its members, one a line, without those that are null. */
export function printThing(thing: unknown, columns: readonly Column[], { json }: { json: boolean }): void {
  if (json) {
    sayJson(thing);
    return;
  }
  const width = Math.max(...columns.map(([heading]) => heading.length));
  for (const [heading, pick] of columns) {
    const value = pick(thing);
    if (value !== null && value !== '') say(`${heading.padEnd(width)}  ${value}`);
  }
}

/** Lines for a verdict: what is the matter, what to do, who. */
export function verdictLines(verdict: unknown): string[] {
  const sentence = textOf(verdict, 'sentence');
  if (sentence === null) return [];
  const remedy = textOf(verdict, 'remedy');
  const actor = textOf(verdict, 'actor');
  return [sentence, ...(remedy ? [`To do: ${remedy}`] : []), ...(actor ? [actorLine(actor)] : [])];
}

/** Waits for a reader that is slower than we are. */
export const written = (text: string): Promise<void> =>
  new Promise((resolve) => {
    if (process.stdout.write(text)) resolve();
    else process.stdout.once('drain', resolve);
  });
