// Jobs over many mailboxes, at the edge of every page: how far they are, what failed, and the way to stop them. Shows
// those that are under way and those that ended while this page was open.
import { useEffect, useState } from 'react';
import { isUnderWay, useBackgroundJobs, useFreshAfterJobs } from '../api/background-jobs.ts';
import { JobCard } from './job-card.tsx';
import classes from './job-dock.module.css';

const none: never[] = [];

export function JobDock() {
  const { data: jobs = none } = useBackgroundJobs();
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set());
  useFreshAfterJobs(jobs);
  useEffect(() => {
    const fresh = jobs.filter((job) => isUnderWay(job)).map(({ id }) => id);
    setSeen((before) => (fresh.every((id) => before.has(id)) ? before : new Set([...before, ...fresh])));
  }, [jobs]);
  const shown = jobs.filter((job) => (seen.has(job.id) || isUnderWay(job)) && !dismissed.has(job.id));
  if (shown.length === 0) return null;
  return (
    <section className={classes.dock} aria-label="Jobs">
      {shown.map((job) => (
        <JobCard
          key={job.id}
          job={job}
          onDismiss={() => setDismissed((before) => new Set([...before, job.id]))}
        />
      ))}
    </section>
  );
}
