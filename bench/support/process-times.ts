// CPU time and memory of processes that cannot be asked, read from /proc (proc(5)); null where there is none.
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second on every machine that runs Node.js (USER_HZ). */
const microsecondsPerTick = 10_000;

type Times = { pid: number; parent: number; own: number; ofEnded: number };

/** Of a process and its children, those that have ended included. */
export function cpuOfFamily(pid: number): number | null {
  const all = readAll();
  const head = all.find((times) => times.pid === pid);
  if (!head) return null;
  const children = all.filter(({ parent }) => parent === pid);
  const ticks = head.own + head.ofEnded + children.reduce((sum, { own }) => sum + own, 0);
  return ticks * microsecondsPerTick;
}

function readAll(): Times[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readTimes(Number(name)) ?? []);
  } catch {
    return [];
  }
}

function readTimes(pid: number): Times | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in brackets, may hold anything; numbers follow it, the state being field 3.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const field = (number: number): number => Number(fields[number - 3]);
    return { pid, parent: field(4), own: field(14) + field(15), ofEnded: field(16) + field(17) };
  } catch {
    return null;
  }
}

/** Memory in use, in MB; null where it cannot be told. */
export function rssOf(pid: number): number | null {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}
