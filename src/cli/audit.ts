// `mailgrant audit`: who changed what.
import { type Command, exitCodes } from './command.ts';
import { member, printList, shown } from './output.ts';
import { ask } from './place.ts';
import { memberOf } from './report.ts';

export const command: Command = {
  verbs: {
    '': {
      summary: 'list who changed what, newest first',
      asks: 'either',
      options: {
        object: { value: 'ID', help: 'only of this mailbox, API key, webhook endpoint ...' },
        actor: { value: 'ID', help: 'only by this API key' },
        action: { value: 'ACTION', help: 'only this, such as api_key.created' },
        limit: { value: 'N', help: 'at most so many; 50 without it' },
      },
      details:
        'Without --workspace, a key of the installation (and whoever sits at the machine) reads the entries of the installation itself: workspaces, its own keys, the keyring.',
      run: (input, context) =>
        ask(input, context, async ({ api }) => {
          const entries = api.items('/v1/audit-entries', {
            limit: input.whole('limit', { least: 1, most: 1_000_000 }) ?? 50,
            query: {
              object_id: input.text('object'),
              actor_id: input.text('actor'),
              action: input.text('action'),
            },
          });
          await printList(
            entries,
            [
              member('WHEN', 'at'),
              member('ACTION', 'action'),
              member('OBJECT', 'object_id'),
              ['BY', (entry) => actorOf(memberOf(entry, 'actor'))],
              member('FROM', 'address'),
              member('DATA', 'data'),
            ],
            { json: input.flag('json'), none: 'There is no such entry.' },
          );
          return exitCodes.done;
        }),
    },
  },
};

/** The name of a key says more than its kind; of a person at the console both are wanted. */
function actorOf(actor: unknown): string | null {
  const [kind, name] = [shown(memberOf(actor, 'kind')), shown(memberOf(actor, 'name'))];
  return name === null ? kind : `${kind} ${name}`;
}
