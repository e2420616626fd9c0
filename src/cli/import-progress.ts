// How `mailgrant import` shows where it is: a bar on a terminal, a line for each tenth elsewhere, nothing with --json.
// On standard error.
import { barOf } from './bar.ts';

export type Counts = Record<
  'imported' | 'updated' | 'exists' | 'failed' | 'duplicate' | 'done before' | 'not sent',
  number
>;
export type Progress = { show(done: number, counts: Counts): void; end(): void };

export function progressFor(total: number, { json }: { json: boolean }): Progress {
  if (json) return { show: () => {}, end: () => {} };
  return process.stderr.isTTY ? bar(total) : lines(total);
}

function bar(total: number): Progress {
  let shown = '';
  return {
    show(done, { failed }) {
      const text = `${barOf(total === 0 ? 1 : done / total)}  ${done}/${total}  ${failed} failed`;
      if (text === shown) return;
      shown = text;
      process.stderr.write(`\r${text}\u001b[K`);
    },
    end: () => void process.stderr.write(shown === '' ? '' : '\n'),
  };
}

function lines(total: number): Progress {
  let tenth = 0;
  return {
    show(done, { failed }) {
      const now = Math.floor((done * 10) / Math.max(total, 1));
      if (now === tenth) return;
      tenth = now;
      process.stderr.write(`${done} of ${total} rows, ${failed} failed\n`);
    },
    end: () => {},
  };
}
