// `mailgrant serve`: what `init` does where nothing was ever made, then the gateway of main.ts.
import { serve } from '../main.ts';
import { type Command, exitCodes } from './command.ts';
import { beginInstallation, isEmptyPlace } from './first-run.ts';

export const command: Command = {
  verbs: {
    '': {
      summary: 'run the gateway, in one process or, on PostgreSQL, in several',
      options: {
        processes: { value: 'N|auto', help: 'how many processes serve behind the one port' },
        'no-init': { help: 'end with an error where nothing was prepared, in place of preparing it' },
      },
      details: [
        'In an empty place (no keyring by any means, no embedded database) it makes keyring, workspace and API',
        'keys first, as `mailgrant init` does, and shows the keys once, or writes them to MAILGRANT_FIRST_API_KEY_FILE.',
        'On PostgreSQL it never does: run `mailgrant init` once, then start the nodes.',
      ].join('\n'),
      async run(input, context) {
        if (!input.flag('no-init') && (await isEmptyPlace())) {
          await beginInstallation({ workspaceName: 'default', json: input.flag('json') }, context);
        }
        const processes = input.text('processes');
        await serve(processes === null ? [] : ['--processes', processes]);
        return exitCodes.done;
      },
    },
  },
};
