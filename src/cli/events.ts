// `mailgrant events`: what happened in a workspace.
import { type Command, exitCodes } from './command.ts';
import { member, printList } from './output.ts';
import { ask } from './place.ts';

export const command: Command = {
  verbs: {
    '': {
      summary: 'list what happened in a workspace, newest first',
      asks: 'workspace',
      options: {
        object: { value: 'ID', help: 'only about this mailbox, OAuth client ...' },
        oldest: { help: 'oldest first' },
        limit: { value: 'N', help: 'at most so many; 50 without it' },
      },
      run: (input, context) =>
        ask(input, context, async ({ api }) => {
          const events = api.items('/v1/events', {
            limit: input.whole('limit', { least: 1, most: 1_000_000 }) ?? 50,
            query: { object_id: input.text('object'), order: input.flag('oldest') ? null : 'newest' },
          });
          await printList(
            events,
            [
              member('WHEN', 'created_at'),
              member('TYPE', 'type'),
              member('OBJECT', 'object_id'),
              member('DATA', 'data'),
            ],
            { json: input.flag('json'), none: 'Nothing has happened yet.' },
          );
          return exitCodes.done;
        }),
    },
  },
};
