// What a job over many mailboxes holds as data, written and read back: rows are input like any other.
import type { RequestOrigin } from '../principal.ts';
import { type MailboxStatusName, mailboxStatusNames } from '../verification.ts';
import type { BackgroundJob, BackgroundJobType } from './background-jobs.ts';
import type { BulkFilter, MailboxAction } from './mailbox-jobs.ts';

/** Why one mailbox could not be done: an error's code or a verdict's. Without its address: that is looked up. */
export type JobFailure = { mailboxId: string; code: string; detail: string };

export type MailboxJobPlan = {
  /** Who asked. */
  by: { keyId: string; from: RequestOrigin | null };
  customer: string | null;
  /** Null = by the filter. */
  ids: string[] | null;
  filter: BulkFilter;
  position: string | null;
  done: number;
  failed: number;
  failures: JobFailure[];
  /** Null before the first step. */
  total: number | null;
};

type Request = Pick<MailboxJobPlan, 'by' | 'customer' | 'ids' | 'filter'>;

export const planData = ({
  by,
  customer,
  ids,
  filter,
}: Request): Record<string, unknown> & { filter?: BulkFilter } => ({
  by,
  ...(customer === null ? {} : { customer }),
  ...(ids === null ? { filter } : { ids }),
});

export function planOf(data: Record<string, unknown>): MailboxJobPlan {
  const { by, customer, ids, filter, position, done, failed, failures, total } = data;
  return {
    by: { keyId: textOf(member(by, 'keyId')), from: originOf(member(by, 'from')) },
    customer: typeof customer === 'string' ? customer : null,
    ids: Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : null,
    filter: filterOf(filter),
    position: typeof position === 'string' ? position : null,
    done: numberOf(done),
    failed: numberOf(failed),
    failures: failuresOf(failures),
    total: typeof total === 'number' ? total : null,
  };
}

/** What a job of any kind could not do, as far as it is kept. */
export const jobFailuresOf = ({ data }: Pick<BackgroundJob, 'data'>): JobFailure[] =>
  failuresOf(data.failures);

/** How far a job of any kind is. Those about warm-up count addresses that name no mailbox as `missing`. */
export const jobProgressOf = ({
  data: { done, failed, missing, total },
}: Pick<BackgroundJob, 'data'>): { total: number | null; done: number; failed: number } => ({
  total: typeof total === 'number' ? total : null,
  done: numberOf(done),
  failed: numberOf(failed ?? missing),
});

/** Throws a programmer's error for a job of another kind. */
export function actionOf(type: BackgroundJobType): MailboxAction {
  switch (type) {
    case 'verify_mailboxes':
      return 'verify';
    case 'enable_mailboxes':
      return 'enable';
    case 'disable_mailboxes':
      return 'disable';
    case 'disconnect_mailboxes':
      return 'disconnect';
    case 'set_customer':
      return 'set_customer';
    case 'update_warmup':
    case 'erase_person':
      throw new Error(`${type} has steps of its own`);
    default:
      return type satisfies never;
  }
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** Through which door a job was asked for, as its data have it. */
export function originOf(value: unknown): RequestOrigin | null {
  const channel = (['api_key', 'console', 'command_line'] as const).find(
    (each) => each === member(value, 'channel'),
  );
  if (channel === undefined) return null;
  return {
    channel,
    requestId: textOrNull(member(value, 'requestId')),
    address: textOrNull(member(value, 'address')),
  };
}

const failuresOf = (value: unknown): JobFailure[] =>
  Array.isArray(value)
    ? value.map((each: unknown) => ({
        mailboxId: textOf(member(each, 'mailboxId')),
        code: textOf(member(each, 'code')),
        detail: textOf(member(each, 'detail')),
      }))
    : [];

const isStatus = (value: unknown): value is MailboxStatusName =>
  mailboxStatusNames.some((name) => name === value);

function filterOf(value: unknown): BulkFilter {
  const text = <Name extends 'email' | 'oauthClientId' | 'customer' | 'search'>(name: Name) => {
    const given = member(value, name);
    return typeof given === 'string' ? { [name]: given } : {};
  };
  const provider = member(value, 'provider');
  const status = member(value, 'status');
  return {
    ...text('email'),
    ...text('oauthClientId'),
    ...text('customer'),
    ...text('search'),
    ...(provider === 'google' || provider === 'microsoft' ? { provider } : {}),
    ...(isStatus(status) ? { status } : {}),
  };
}
