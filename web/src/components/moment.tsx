// A time, as people here read it; the exact time in UTC is in its title. Relative times keep up by themselves.
import { useSyncExternalStore } from 'react';

type Props = {
  /** ISO 8601. */
  at: string;
  /** `ago`: "3 minutes ago"; `full`: date and time; `time`: the time, with the date when it is another day. */
  form?: 'ago' | 'full' | 'time';
};

export function Moment({ at, form = 'ago' }: Props) {
  const now = useSyncExternalStore(onStep, stepNow);
  const date = new Date(at);
  const exact = `${at.replace('T', ' ').replace(/(\.\d+)?Z$/, '')} UTC`;
  return (
    <time dateTime={at} title={exact}>
      {form === 'ago'
        ? ago(date.getTime(), now)
        : form === 'full'
          ? fullForm.format(date)
          : shortOf(date, now)}
    </time>
  );
}

const minuteMs = 60_000;
/** How exact relative times are. */
const stepMs = 15_000;
const fullForm = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const timeForm = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const relativeForm = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** One timer for all that are shown. */
function onStep(changed: () => void): () => void {
  const timer = setInterval(changed, stepMs);
  return () => clearInterval(timer);
}

/** Whole steps, so that nothing is drawn again in between. */
const stepNow = (): number => Math.floor(Date.now() / stepMs) * stepMs;

const isSameDay = (date: Date, now: number): boolean => date.toDateString() === new Date(now).toDateString();
const shortOf = (date: Date, now: number): string =>
  isSameDay(date, now) ? timeForm.format(date) : fullForm.format(date);

function ago(then: number, now: number): string {
  const minutes = Math.trunc((then - now) / minuteMs);
  if (minutes === 0) return then - now > stepMs ? 'in less than a minute' : 'just now';
  if (Math.abs(minutes) < 60) return relativeForm.format(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  if (Math.abs(hours) < 24) return relativeForm.format(hours, 'hour');
  const days = Math.round(hours / 24);
  if (Math.abs(days) < 31) return relativeForm.format(days, 'day');
  return fullForm.format(then);
}
