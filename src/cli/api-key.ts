// `mailgrant api-key`: keys made, listed, revoked. A new key is printed alone, so that it can be piped on.
import { type ApiKeyScope, apiKeyScopes } from '../core/api-keys.ts';
import { type Command, exitCodes, UsageError, type Verb } from './command.ts';
import { member, printList, say, sayJson, tellDone } from './output.ts';
import { ask } from './place.ts';
import { textOf } from './report.ts';

const list: Verb = {
  summary: 'list the keys of a workspace; without one, those of the installation',
  asks: 'either',
  run: (input, context) =>
    ask(input, context, async ({ api }) => {
      await printList(
        api.items('/v1/api-keys'),
        [
          member('ID', 'id'),
          member('NAME', 'name'),
          member('ENDS IN', 'last_four'),
          member('SCOPES', 'scopes'),
          member('EXPIRES', 'expires_at'),
          member('REVOKED', 'revoked_at'),
        ],
        { json: input.flag('json'), none: 'There is no key.' },
      );
      return exitCodes.done;
    }),
};

const create: Verb = {
  summary: 'make a key of a workspace; without one, of the installation',
  asks: 'either',
  options: {
    name: { value: 'NAME', help: 'what the key is for; `command line` without it' },
    scope: {
      value: 'SCOPE',
      isRepeatable: true,
      choices: apiKeyScopes,
      help: 'what it may do; `all` without it',
    },
    'expires-at': { value: 'TIME', help: 'when it ends, like 2027-01-31T00:00:00Z' },
  },
  details: `Scopes: ${apiKeyScopes.join(', ')}.`,
  run: async (input, context) => {
    const wanted = input.texts('scope');
    const scopes: ApiKeyScope[] = apiKeyScopes.filter((scope) =>
      wanted.length === 0 ? scope === 'all' : wanted.includes(scope),
    );
    const expiresAt = input.text('expires-at');
    if (expiresAt !== null && Number.isNaN(Date.parse(expiresAt))) {
      throw new UsageError('--expires-at must be a time like 2027-01-31T00:00:00Z');
    }
    return ask(input, context, async ({ api }) => {
      const made = await api.call('POST', '/v1/api-keys', {
        body: {
          name: input.text('name') ?? 'command line',
          scopes,
          ...(expiresAt === null ? {} : { expires_at: new Date(expiresAt).toISOString() }),
        },
      });
      if (input.flag('json')) sayJson(made);
      else say(textOf(made, 'key') ?? '');
      return exitCodes.done;
    });
  },
};

export const command: Command = {
  verbs: {
    '': list,
    list,
    create,
    revoke: {
      summary: 'refuse a key from now on',
      takes: ['ID'],
      asks: 'either',
      run: (input, context) =>
        ask(input, context, async ({ api }) => {
          const [id = ''] = input.args;
          await api.call('DELETE', `/v1/api-keys/${encodeURIComponent(id)}`);
          return tellDone('The key is revoked.', { id, revoked: true }, { json: input.flag('json') });
        }),
    },
  },
};
