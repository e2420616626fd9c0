// `mailgrant init`: prepares an installation, once.
import { type Command, exitCodes } from './command.ts';
import { beginInstallation } from './first-run.ts';
import { say } from './output.ts';

export const command: Command = {
  verbs: {
    '': {
      summary: 'make keyring, database, first workspace and first API keys',
      options: { workspace: { value: 'NAME', help: 'name of the first workspace; `default` without it' } },
      details:
        'The keys are shown this once. With MAILGRANT_FIRST_API_KEY_FILE they go to that file, mode 0600, in place of the output.',
      async run(input, context) {
        const json = input.flag('json');
        await beginInstallation({ workspaceName: input.text('workspace') ?? 'default', json }, context);
        if (!json) say('Next: mailgrant serve');
        return exitCodes.done;
      },
    },
  },
};
