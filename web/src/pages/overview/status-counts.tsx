// How many mailboxes are in which state; each number leads to them.
import { Link } from 'wouter';
import type { MailboxSummary } from '../../api/mailbox-summary.ts';
import { mailboxStatuses, mailboxStatusNames } from '../../components/mailbox-status.tsx';
import { numberOf } from '../../components/numbers.ts';
import classes from './status-counts.module.css';

export function StatusCounts({ summary }: { summary: MailboxSummary }) {
  return (
    <section aria-label="Mailboxes by status">
      <ul className={classes.counts}>
        <li>
          <Link href="/mailboxes" className={classes.count}>
            <span className={classes.number}>{numberOf(summary.total)}</span>
            <span className={classes.label}>All mailboxes</span>
          </Link>
        </li>
        {mailboxStatusNames.map((status) => {
          const { icon: Icon, label, tone, meaning } = mailboxStatuses[status];
          return (
            <li key={status}>
              <Link
                href={`/mailboxes?status=${status}`}
                className={classes.count}
                title={meaning}
                data-tone={tone}
              >
                <span className={classes.number}>{numberOf(summary.by_status[status])}</span>
                <span className={classes.label}>
                  <Icon size={16} stroke={2} className={classes.icon} aria-hidden="true" />
                  {label}
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
