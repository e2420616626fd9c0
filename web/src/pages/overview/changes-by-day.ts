// Counts events by the day on which they happened, as the person's clock has it.
import type { MailgrantEvent } from '../../api/events.ts';
import type { BarPoint, BarSeries } from '../../components/charts/bars.tsx';

export const daysShown = 14;

export const changeSeries: readonly BarSeries[] = [
  { name: 'connected', label: 'Connected or reconnected', color: 'var(--mg-ok-solid)' },
  { name: 'lost', label: 'Needs reauthorization', color: 'var(--mg-bad-solid)' },
  { name: 'disconnected', label: 'Disconnected', color: 'var(--mg-off-solid)' },
];

const seriesOf: Partial<Record<string, string>> = {
  'mailbox.connected': 'connected',
  'mailbox.reconnected': 'connected',
  'mailbox.needs_reauthorization': 'lost',
  'mailbox.disconnected': 'disconnected',
};

const dayForm = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });

/** Midnight so many days before; by the calendar, because days are not always 24 hours long. */
export function startOfDay(now: number, daysBefore: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - daysBefore).getTime();
}

export function changesByDay(events: readonly MailgrantEvent[], since: number): BarPoint[] {
  const first = new Date(since);
  const days = Array.from({ length: daysShown }, (_, index) => {
    const day = new Date(first.getFullYear(), first.getMonth(), first.getDate() + index);
    return { key: day.toDateString(), at: dayForm.format(day), counts: new Map<string, number>() };
  });
  const byKey = new Map(days.map((day) => [day.key, day.counts]));
  for (const { type, created_at: at } of events) {
    const name = seriesOf[type];
    const counts = byKey.get(new Date(at).toDateString());
    if (name !== undefined && counts) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return days.map(({ at, counts }) => ({
    at,
    ...Object.fromEntries(changeSeries.map(({ name }) => [name, counts.get(name) ?? 0])),
  }));
}
