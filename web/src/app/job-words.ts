// What a job is called, and how far it is, in words.
import type { BackgroundJob } from '../api/background-jobs.ts';
import { numberOf } from '../components/numbers.ts';

const titles: Record<string, string> = {
  verify: 'Verifying mailboxes',
  enable: 'Enabling mailboxes',
  disable: 'Disabling mailboxes',
  disconnect: 'Disconnecting mailboxes',
  set_customer: 'Setting the customer of mailboxes',
  erase_person: 'Forgetting a person',
  update_warmup: 'Changing warm-up of mailboxes',
};

export const jobTitle = ({ action }: BackgroundJob): string => titles[action] ?? `Job: ${action}`;

export function jobWords({ status, done, failed, total }: BackgroundJob): string {
  const of = total === null ? '' : ` of ${numberOf(total)}`;
  const failures = failed === 0 ? '' : `, ${numberOf(failed)} failed`;
  switch (status) {
    case 'pending':
      return 'Waits for its turn';
    case 'running':
      return `${numberOf(done)}${of} done${failures}`;
    case 'succeeded':
      return `Finished: ${numberOf(done)} done${failures}`;
    case 'failed':
      return `Ended early: ${numberOf(done)}${of} done${failures}`;
    case 'cancelled':
      return `Cancelled: ${numberOf(done)}${of} had been done${failures}`;
  }
}
