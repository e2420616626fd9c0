// The installation over HTTP, for keys of the installation: its state, and the two things that an operator may do about
// it by hand.
import { Type } from 'typebox';
import { installationSchema, presentInstallation } from './installation-schema.ts';
import { answer, type Noun, noContent, operation } from './operation.ts';
import { closed, noQuery } from './parts.ts';
import { principalOf } from './principal.ts';

const keyParams = (description: string, example: string) =>
  Type.Object(
    { key: Type.String({ minLength: 1, maxLength: 400, description, examples: [example] }) },
    closed,
  );

const tag = 'Installation';

export const installation: Noun = (app, core) => {
  app.addSchema(installationSchema);

  app.get(
    '/v1/installation',
    {
      schema: {
        querystring: noQuery,
        ...operation({
          id: 'readInstallation',
          tag,
          summary: 'Read the state of the installation',
          description:
            'What an operator looks at first. It walks no large table, so it may be asked for every few seconds.',
          scope: 'installation:read',
          success: { 200: answer('Installation', 'The state.') },
        }),
      },
    },
    async (request) => presentInstallation(await core.installation.read(principalOf(request))),
  );

  app.delete(
    '/v1/installation/blocks/:key',
    {
      schema: {
        params: keyParams('`key` of the block, percent-encoded.', 'init:google:203.0.113.7'),
        querystring: noQuery,
        ...operation({
          id: 'liftBlock',
          tag,
          summary: 'Lift the block of an address',
          description: 'What is remembered of it goes, too: the next block is a first one again.',
          scope: 'installation:update',
          success: { 204: noContent('It is lifted.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request, reply) => {
      await core.installation.liftBlock(principalOf(request), request.params.key);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/installation/breakers/:key/close',
    {
      config: { isBodyOptional: true },
      schema: {
        params: keyParams('`key` of the breaker, percent-encoded.', 'provider:microsoft'),
        querystring: noQuery,
        ...operation({
          id: 'closeBreaker',
          tag,
          summary: 'Close a breaker',
          description:
            'Calls go out at once, on every node within a second. If the trouble goes on, new failures open it again.',
          scope: 'installation:update',
          success: { 204: noContent('It is closed.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request, reply) => {
      await core.installation.closeBreaker(principalOf(request), request.params.key);
      return reply.code(204).send();
    },
  );
};
