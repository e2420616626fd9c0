// Token reads, counted by key and minute, gathered into hours or days so that a chart can hold them.
import type { TokenUse } from '../../../../sdk/src/index.ts';
import type { BarPoint, BarSeries } from '../../components/charts/bars.tsx';

const hourMs = 3_600_000;
/** Up to so many hours are shown as hours. */
const hoursMax = 48;
/** So many keys have a colour of their own; the others are one. */
const keysMax = 5;
/** Days, or hours. */
const barsMax = 60;

const colors = ['#2f8f80', '#4d86d6', '#b5812a', '#a45bb5', '#c2574b', '#7c8890'] as const;

export type ReadsOverTime = {
  unit: 'hour' | 'day';
  total: number;
  points: BarPoint[];
  series: BarSeries[];
};

export function readsOverTime(uses: readonly TokenUse[]): ReadsOverTime {
  const times = uses.map(({ minute }) => Date.parse(minute));
  const last = Math.max(...times);
  const first = Math.max(Math.min(...times), last - (barsMax - 1) * 24 * hourMs);
  const unit = uses.length === 0 || last - first <= hoursMax * hourMs ? 'hour' : 'day';
  const series = seriesOf(uses);
  const named = new Map(series.keyIds.map((keyId, index) => [keyId, `key${index}`]));
  const bars = new Map<number, BarPoint>();
  if (uses.length > 0) {
    // Also those in which nothing was read: a gap shall look like one.
    for (let at = startOf(first, unit); at <= last && bars.size < barsMax; at = next(at, unit)) {
      bars.set(at, {
        at: labelOf(at, unit),
        ...Object.fromEntries(series.list.map(({ name }) => [name, 0])),
      });
    }
  }
  for (const { minute, key_id: keyId, total } of uses) {
    const bar = bars.get(startOf(Date.parse(minute), unit));
    const name = named.get(keyId) ?? 'others';
    if (bar) bar[name] = Number(bar[name] ?? 0) + total;
  }
  const total = uses.reduce((sum, use) => sum + use.total, 0);
  return { unit, total, points: [...bars.values()], series: series.list };
}

/** The keys that read most, each with its name, and one for all others. */
function seriesOf(uses: readonly TokenUse[]): { keyIds: string[]; list: BarSeries[] } {
  const totals = new Map<string, { name: string; total: number }>();
  for (const { key_id: keyId, key_name: keyName, total } of uses) {
    const known = totals.get(keyId);
    totals.set(keyId, { name: keyName ?? 'A deleted key', total: (known?.total ?? 0) + total });
  }
  const ranked = [...totals].sort(([, one], [, other]) => other.total - one.total);
  const shown = ranked.slice(0, keysMax);
  const list: BarSeries[] = shown.map(([, { name }], index) => ({
    name: `key${index}`,
    label: name,
    color: colors[index] ?? colors[0],
  }));
  if (ranked.length > keysMax) list.push({ name: 'others', label: 'Other keys', color: colors[5] });
  return { keyIds: shown.map(([keyId]) => keyId), list };
}

function startOf(at: number, unit: 'hour' | 'day'): number {
  const date = new Date(at);
  const hour = unit === 'hour' ? date.getHours() : 0;
  return new Date(date.getFullYear(), date.getMonth(), date.getDate(), hour).getTime();
}

/** By the calendar: days with a change of the clock are not 24 hours long. */
function next(at: number, unit: 'hour' | 'day'): number {
  if (unit === 'hour') return at + hourMs;
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

const hourForm = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  // Without them some languages leave a bare number: "22 Nov, 13".
  minute: '2-digit',
});
const dayForm = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });
const labelOf = (at: number, unit: 'hour' | 'day'): string =>
  (unit === 'hour' ? hourForm : dayForm).format(at);
