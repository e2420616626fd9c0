// `mailgrant audit`: who changed what, as it is or as it comes.
import type { Api, Query } from './api.ts';
import { type Command, exitCodes, type Input, UsageError } from './command.ts';
import { follow, untilSignal } from './follow.ts';
import { type Column, member, printList, shown, written } from './output.ts';
import { ask } from './place.ts';
import { memberOf } from './report.ts';
import { timeOption } from './time-option.ts';

const path = '/v1/audit-entries';
const shownWithout = 50;

const columns: Column[] = [
  member('WHEN', 'at'),
  member('ACTION', 'action'),
  member('OBJECT', 'object_id'),
  ['BY', (entry) => actorOf(memberOf(entry, 'actor'))],
  member('FROM', 'address'),
  member('DATA', 'data'),
];

export const command: Command = {
  verbs: {
    '': {
      summary: 'list who changed what, newest first, or follow it',
      asks: 'either',
      options: {
        object: { value: 'ID', help: 'only of this mailbox, API key, webhook endpoint ...' },
        actor: { value: 'ID', help: 'only by this API key' },
        action: { value: 'ACTION', help: 'only this, such as api_key.created' },
        since: { value: 'TIME', help: 'only from this time on, such as 2026-03-01T00:00:00Z' },
        until: { value: 'TIME', help: 'only from before this time' },
        oldest: { help: 'oldest first' },
        limit: { value: 'N', help: `at most so many; ${shownWithout} without it` },
        follow: {
          help: 'go on with new entries as they come, oldest first, until Ctrl-C; with --json one document a line',
        },
      },
      details:
        'Without --workspace, a key of the installation (and whoever sits at the machine) reads the entries of the installation itself: workspaces, its own keys, the keyring. With --follow it shows the last entries first, as many as --limit says, or with --since all from then on; a gateway that does not answer is asked again until it does.',
      run: (input, context) => {
        const asked = queryOf(input);
        return ask(input, context, ({ api }) =>
          input.flag('follow') ? followed(api, input, asked) : listed(api, input, asked),
        );
      },
    },
  },
};

function queryOf(input: Input): Query {
  const [since, until] = [timeOption(input, 'since'), timeOption(input, 'until')];
  if (input.flag('follow')) {
    if (until !== null) throw new UsageError('--until has an end, and --follow has none.');
    if (since !== null && input.text('limit') !== null) {
      throw new UsageError('With --follow either --since or --limit says where to begin.');
    }
  }
  return {
    object_id: input.text('object'),
    actor_id: input.text('actor'),
    action: input.text('action'),
    since,
    until,
  };
}

const limitOf = (input: Input): number => input.whole('limit', { least: 1, most: 1_000_000 }) ?? shownWithout;

async function listed(api: Api, input: Input, asked: Query): Promise<number> {
  const query = { ...asked, order: input.flag('oldest') ? 'oldest' : null };
  await printList(api.items(path, { limit: limitOf(input), query }), columns, {
    json: input.flag('json'),
    none: 'There is no such entry.',
  });
  return exitCodes.done;
}

/** One line an entry, written before the next one is asked for: whoever reads has it at once. */
const followed = (api: Api, input: Input, query: Query): Promise<number> =>
  untilSignal(async (stopping) => {
    const first = query.since === null ? limitOf(input) : 'all';
    const entries = follow({ api, path, query, first, stopping });
    for await (const entry of entries) {
      const line = input.flag('json')
        ? JSON.stringify(entry)
        : columns.map(([, pick]) => pick(entry) ?? '-').join('  ');
      await written(`${line}\n`);
    }
  });

/** The name of a key says more than its kind; of a person at the console both are wanted. */
function actorOf(actor: unknown): string | null {
  const [kind, name] = [shown(memberOf(actor, 'kind')), shown(memberOf(actor, 'name'))];
  return name === null ? kind : `${kind} ${name}`;
}
