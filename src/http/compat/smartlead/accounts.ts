// Email accounts: list, read, update, delete, suspend, warm-up, reconnect. Saving is in save-oauth.ts.
import type { MailboxWithGrant } from '../../../core/index.ts';
import { detailed } from './account.ts';
import { accountNotFound, isNotFound, SmartleadError } from './errors.ts';
import { listAccounts } from './list.ts';
import { type Call, type Operation, unsupported } from './operation.ts';
import { saveOAuth } from './save-oauth.ts';
import { customerOf, mailSettings, warmupSettings } from './settings.ts';
import { warmupDetails, warmupStats } from './warmup-details.ts';

/** Bulk reconnects of a workspace each day (UTC). */
const reconnectsPerDayMax = 3;

export const accountOperations: readonly Operation[] = [
  { method: 'GET', path: '', run: listAccounts },
  { method: 'POST', path: '/save-oauth', run: saveOAuth },
  { method: 'POST', path: '/reconnect-failed-email-accounts', run: reconnectFailed },
  { method: 'PUT', path: '/suspend/:id', run: (call) => suspend(call, true) },
  { method: 'DELETE', path: '/unsuspend/:id', run: (call) => suspend(call, false) },
  { method: 'GET', path: '/:id', run: readAccount },
  { method: ['POST', 'PATCH'], path: '/:id', run: updateAccount },
  { method: 'DELETE', path: '/:id', run: deleteAccount },
  { method: 'POST', path: '/:id/warmup', run: updateWarmup },
  { method: 'GET', path: '/:id/warmup-stats', run: readWarmupStats },
  // Accounts with SMTP passwords, and calls of which only the names are known.
  unsupported('POST', '/save'),
  unsupported('POST', '/bulk-delete'),
  unsupported(['GET', 'POST'], '/:id/fetch-messages'),
  unsupported('POST', '/:id/disconnect-google'),
  unsupported('POST', '/:id/disconnect-microsoft'),
];

/** Throws `missing` for an account that is unknown or another workspace's. */
async function find(call: Call, missing: (error: unknown) => SmartleadError): Promise<MailboxWithGrant> {
  try {
    return await call.core.mailboxes.readByNumber(call.principal, call.number());
  } catch (error) {
    const isMissing = isNotFound(error) || (error instanceof SmartleadError && error.statusCode === 404);
    throw isMissing ? missing(error) : error;
  }
}

const named = (call: Call): Promise<MailboxWithGrant> => find(call, () => accountNotFound());

async function readAccount(call: Call): Promise<unknown> {
  const joined = await named(call);
  const tags = await call.core.tags.ofMailboxes([joined.mailbox.id]);
  return detailed(joined, tags.get(joined.mailbox.id) ?? []);
}

async function updateAccount(call: Call): Promise<unknown> {
  const fields = call.fields();
  const name = fields.optionalText('from_name', { max: 256 });
  const customer = customerOf(fields);
  const isSuspended = fields.optionalBoolean('is_suspended');
  const settings = {
    ...mailSettings(fields),
    ...(isSuspended === undefined ? {} : { sendingPaused: isSuspended }),
  };
  const { mailbox } = await named(call);
  await call.core.mailboxes.update(call.principal, mailbox.id, {
    ...(name === undefined ? {} : { name: name ?? '' }),
    ...(customer === undefined ? {} : { customer }),
    settings,
  });
  return { ok: true, message: 'Email account updated successfully', emailAccountId: mailbox.number };
}

async function deleteAccount(call: Call): Promise<unknown> {
  const { mailbox } = await find(call, () => {
    const message = 'Email account not found!';
    const members = { errorCode: 'ACCOUNT_NOT_FOUND', emailAccountId: Number(call.params.get('id')) || null };
    return new SmartleadError(404, message, { members });
  });
  await call.core.mailboxes.disconnect(call.principal, mailbox.id);
  return { ok: true, message: 'Email account deleted successfully!', emailAccountId: mailbox.number };
}

/** An account that is suspended sends nothing; its grant is kept and its tokens are handed out. */
async function suspend(call: Call, isSuspended: boolean): Promise<unknown> {
  const { mailbox } = await find(call, (error) => {
    const message = isNotFound(error)
      ? 'Email account not found or does not belong to you'
      : 'Valid account ID is required';
    return new SmartleadError(400, message, { members: { success: false } });
  });
  await call.core.mailboxes.update(call.principal, mailbox.id, { settings: { sendingPaused: isSuspended } });
  return {
    success: true,
    message: `Email account ${isSuspended ? 'suspended' : 'unsuspended'} successfully`,
    data: { accountId: mailbox.number, isSuspended },
  };
}

/** The settings are kept. That no warm-up follows stands in `warmup_details`. */
async function updateWarmup(call: Call): Promise<unknown> {
  const warmup = warmupSettings(call.fields(), { strict: true });
  const { mailbox } = await named(call);
  const updated = await call.core.mailboxes.update(call.principal, mailbox.id, { settings: { warmup } });
  return {
    ok: true,
    message: 'Warmup settings updated successfully',
    emailAccountId: mailbox.number,
    warmupKey: updated.mailbox.settings.warmup.key,
    warmup_details: warmupDetails(updated.mailbox),
  };
}

async function readWarmupStats(call: Call): Promise<unknown> {
  const { mailbox } = await find(call, () => accountNotFound({ status: 'error' }));
  return warmupStats(mailbox, call.core.now());
}

async function reconnectFailed({ core, principal }: Call): Promise<unknown> {
  const { outcome } = await core.reconnections.retryFailed(principal, { perDayMax: reconnectsPerDayMax });
  switch (outcome) {
    case 'queued':
      return { ok: true, message: 'Email account(s) added to the queue to reconnect.' };
    case 'limited': {
      const message = `Bulk reconnect API cannot be consumed more than ${reconnectsPerDayMax} times a day`;
      throw new SmartleadError(406, message, { members: { ok: true } });
    }
    case 'none':
      throw new SmartleadError(404, 'No failed email account found!', { members: { ok: true } });
    default:
      return outcome satisfies never;
  }
}
