// `mailgrant person`: what is held of one person in a workspace, told or erased.

import { itemsOf } from './api.ts';
import { type Command, exitCodes, UsageError } from './command.ts';
import { say, sayJson } from './output.ts';
import { ask } from './place.ts';
import { memberOf, textOf } from './report.ts';
import { confirmWord } from './terminal.ts';

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
        confirm: { value: 'ADDRESS', help: 'the address once more; asked for on a terminal' },
      },
      details: 'For ever. After a failure it may be asked for again, and goes on with what is left.',
      run: (input, context) =>
        ask(input, context, async ({ api }) => {
          const [email = ''] = input.args;
          const confirm =
            input.text('confirm') ??
            (await confirmWord(`This cannot be undone. Type the address (${email}):`));
          if (confirm?.toLowerCase() !== email.toLowerCase())
            throw new UsageError('Not erased: --confirm must repeat the address.');
          const report = await api.call('POST', '/v1/people/erase', { body: { email, confirm } });
          const mailboxes = itemsOf({ items: memberOf(report, 'mailboxes') });
          if (input.flag('json')) sayJson(report);
          else {
            for (const each of mailboxes) {
              say(`mailbox ${textOf(each, 'mailbox_id')}: at the provider ${textOf(each, 'at_provider')}`);
            }
            for (const what of ['removed', 'rewritten'] as const) {
              for (const [table, count] of Object.entries(Object(memberOf(report, what)))) {
                say(`${what} in ${table}: ${String(count)}`);
              }
            }
            if (mailboxes.length === 0) say('No mailbox has this address.');
          }
          const isWhole = mailboxes.every((each) => textOf(each, 'at_provider') !== 'failed');
          return isWhole ? exitCodes.done : exitCodes.inPart;
        }),
    },
  },
};
