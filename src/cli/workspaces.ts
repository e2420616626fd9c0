// `mailgrant workspaces`: the isolation units of an installation.
import { type Command, exitCodes } from './command.ts';
import { confirmOption, requireConfirmed } from './confirm.ts';
import { member, printList, printThing, tellDone } from './output.ts';
import { ask } from './place.ts';
import { textOf } from './report.ts';

const columns = [member('ID', 'id'), member('NAME', 'name'), member('CREATED', 'created_at')];
const path = (id: string): string => `/v1/workspaces/${encodeURIComponent(id)}`;

export const command: Command = {
  verbs: {
    '': {
      summary: 'list the workspaces',
      asks: 'installation',
      run: (input, context) => list(input, context),
    },
    list: {
      summary: 'list the workspaces',
      asks: 'installation',
      run: (input, context) => list(input, context),
    },
    create: {
      summary: 'make a workspace',
      takes: ['NAME'],
      asks: 'installation',
      run: (input, context) =>
        ask(input, context, async ({ api }) => {
          const made = await api.call('POST', '/v1/workspaces', { body: { name: input.args[0] } });
          printThing(made, columns, { json: input.flag('json') });
          return exitCodes.done;
        }),
    },
    rename: {
      summary: 'give a workspace another name',
      takes: ['ID', 'NAME'],
      asks: 'installation',
      run: (input, context) =>
        ask(input, context, async ({ api }) => {
          const [id = '', name] = input.args;
          const changed = await api.call('PATCH', path(id), { body: { name } });
          printThing(changed, columns, { json: input.flag('json') });
          return exitCodes.done;
        }),
    },
    delete: {
      summary: 'delete a workspace with everything in it, its mailboxes revoked at their providers',
      takes: ['ID'],
      asks: 'installation',
      options: {
        confirm: confirmOption('NAME', 'the name of the workspace'),
      },
      run: (input, context) =>
        ask(input, context, async ({ api }) => {
          const [id = ''] = input.args;
          const name = textOf(await api.call('GET', path(id)), 'name') ?? '';
          const what = 'the name of the workspace';
          await requireConfirmed(input, { undone: 'Not deleted', what, expected: name, isExact: true });
          await api.call('DELETE', path(id));
          return tellDone(`${name} is deleted.`, { id, deleted: true }, { json: input.flag('json') });
        }),
    },
  },
};

const list: Command['verbs'][string]['run'] = (input, context) =>
  ask(input, context, async ({ api }) => {
    const json = input.flag('json');
    await printList(api.items('/v1/workspaces'), columns, { json, none: 'There is no workspace yet.' });
    return exitCodes.done;
  });
