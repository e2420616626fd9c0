// What can be done with one mailbox: settings, state, plan, deletion. A mailbox is named by its number.
import type { Core, MailboxWithGrant, Principal } from '../../../core/index.ts';
import { unprocessable, WarmyError } from './errors.ts';
import { createReader, mailboxOf, refuseIf } from './fields.ts';
import { noWarmup, wantedState, writeReply } from './map.ts';
import { readSettings, readTariffPlan, tariffPlanChange } from './settings.ts';

const states = ['activate!', 'pause!'] as const;

/** New credentials come by `POST /mailboxes`, which proves them. */
const credentialNames = ['access_token', 'refresh_token', 'client_id', 'client_secret', 'password'] as const;

/** Throws 404 for anything that is not the number of a mailbox of this workspace. */
export function findMailbox(core: Core, principal: Principal, id: string): Promise<MailboxWithGrant> {
  // What a database takes for an integer.
  if (!/^\d{1,9}$/.test(id)) throw new WarmyError(404, ['Not found']);
  return core.mailboxes.readByNumber(principal, Number(id));
}

export async function updateMailbox(
  core: Core,
  principal: Principal,
  found: MailboxWithGrant,
  body: unknown,
) {
  const fields = mailboxOf(body);
  const mistakes: string[] = [];
  const read = createReader(fields, mistakes);
  const name = read.text('from_name', 256);
  const settings = readSettings(fields, mistakes);
  for (const credential of credentialNames) {
    if (read.given(credential) !== undefined) {
      read.refuse(credential, 'cannot be changed here: send POST /api/v2/mailboxes to reconnect');
    }
  }
  const email = read.text('email', 320);
  if (email !== undefined && email.trim().toLowerCase() !== found.mailbox.email) {
    read.refuse('email', 'cannot be changed');
  }
  refuseIf(mistakes);
  const changes = { settings, ...(name === undefined ? {} : { name }) };
  const { mailbox } = await core.mailboxes.update(principal, found.mailbox.id, changes);
  return writeReply(`The settings are kept. ${noWarmup}`, mailbox);
}

/** A change to the state that the mailbox has is refused, as Warmy does. */
export async function updateState(core: Core, principal: Principal, found: MailboxWithGrant, body: unknown) {
  const mistakes: string[] = [];
  const read = createReader(mailboxOf(body), mistakes);
  read.require('state');
  const state = read.oneOf('state', states);
  refuseIf(mistakes);
  const wanted = state === 'activate!';
  if (wanted === (wantedState(found) === 'active')) throw unprocessable('not allowed transmission');
  const { mailbox } = await core.mailboxes.update(principal, found.mailbox.id, {
    settings: { warmup: { wanted } },
  });
  return writeReply(wanted ? `The wish is kept. ${noWarmup}` : 'The mailbox is paused', mailbox);
}

export async function changeTariffPlan(
  core: Core,
  principal: Principal,
  found: MailboxWithGrant,
  body: unknown,
) {
  const mistakes: string[] = [];
  const plan = readTariffPlan(mailboxOf(body), mistakes);
  refuseIf(mistakes);
  if (plan === undefined) throw unprocessable('tariff_plan_type_id is missing');
  const { mailbox } = await core.mailboxes.update(principal, found.mailbox.id, {
    settings: tariffPlanChange(plan),
  });
  return writeReply('The tariff plan is changed', mailbox);
}

export async function deleteMailbox(core: Core, principal: Principal, found: MailboxWithGrant) {
  await core.mailboxes.disconnect(principal, found.mailbox.id);
  return { message: ['success'], data: { id: found.mailbox.number } };
}
