// `mailgrant person`: what is held of one person in a workspace, told or erased.
import { itemsOf } from './api.ts';
import { type Command, exitCodes, type Input } from './command.ts';
import { confirmOption, requireConfirmed } from './confirm.ts';
import { note, say, sayJson } from './output.ts';
import { ask, type Place } from './place.ts';
import { memberOf, textOf } from './report.ts';

export const command: Command = {
  verbs: {
    export: {
      summary: 'print everything that is held of a person, as JSON; never a token',
      takes: ['ADDRESS'],
      asks: 'workspace',
      run: (input, context) =>
        ask(input, context, async ({ api }) => {
          const found = await api.call('POST', '/v1/people/export', { body: { email: input.args[0] } });
          sayJson(found);
          return memberOf(found, 'is_complete') === false ? exitCodes.inPart : exitCodes.done;
        }),
    },
    erase: {
      summary: 'forget a person: disconnect the mailboxes, revoke their grants, remove what names them',
      takes: ['ADDRESS'],
      asks: 'workspace',
      options: {
        confirm: confirmOption('ADDRESS', 'the address'),
        'no-wait': { help: 'let the running gateway go on with it' },
      },
      details:
        'For ever. A background job does it, and the command follows it to its end. After a failure it may be asked for again, and goes on with what is left.',
      async run(input, context) {
        const [email = ''] = input.args;
        // Before a gateway is opened: on the embedded database that would keep it while a person types.
        const confirm = await requireConfirmed(input, {
          undone: 'Not erased',
          what: 'the address',
          expected: email,
        });
        return ask(input, context, (place) => erase(input, place, { email, confirm }));
      },
    },
  },
};

async function erase(
  input: Input,
  { api, workOrWait }: Place,
  person: { email: string; confirm: string },
): Promise<number> {
  let job = await api.call('POST', '/v1/people/erase', { body: person });
  const id = textOf(job, 'id') ?? '';
  let told = '';
  while (isUnderWay(job) && !input.flag('no-wait')) {
    const line = progressLine(job);
    if (line !== told) note(line);
    told = line;
    await workOrWait();
    job = await api.call('GET', `/v1/background-jobs/${encodeURIComponent(id)}`);
  }
  if (input.flag('json')) sayJson(job);
  else report(job);
  if (isUnderWay(job)) return exitCodes.done;
  if (textOf(job, 'status') !== 'succeeded') return exitCodes.failed;
  const isWhole =
    memberOf(job, 'failed') === 0 &&
    mailboxesOf(job).every((each) => !['failed', 'unknown'].includes(textOf(each, 'at_provider') ?? ''));
  return isWhole ? exitCodes.done : exitCodes.inPart;
}

const isUnderWay = (job: unknown): boolean => ['pending', 'running'].includes(textOf(job, 'status') ?? '');

const mailboxesOf = (job: unknown): readonly unknown[] =>
  itemsOf({ items: memberOf(memberOf(job, 'erasure'), 'mailboxes') });

const progressLine = (job: unknown): string =>
  `job ${textOf(job, 'id')}: ${textOf(job, 'status')}, ${String(memberOf(job, 'done'))} of ${String(memberOf(job, 'total') ?? '?')} mailboxes`;

function report(job: unknown): void {
  for (const each of mailboxesOf(job)) {
    say(`mailbox ${textOf(each, 'mailbox_id')}: at the provider ${textOf(each, 'at_provider')}`);
  }
  for (const each of itemsOf({ items: memberOf(job, 'failures') })) {
    say(`mailbox ${textOf(each, 'mailbox_id')} is still there: ${textOf(each, 'detail')}`);
  }
  for (const what of ['removed', 'rewritten'] as const) {
    for (const [table, count] of Object.entries(Object(memberOf(memberOf(job, 'erasure'), what)))) {
      say(`${what} in ${table}: ${String(count)}`);
    }
  }
  const status = textOf(job, 'status');
  if (status === 'succeeded' && memberOf(job, 'total') === 0) say('No mailbox has this address.');
  if (isUnderWay(job)) say(`${progressLine(job)}; the gateway goes on with it.`);
  else if (status !== 'succeeded')
    say(`The job ${textOf(job, 'id')} is ${status}. Ask again: it goes on with what is left.`);
}
