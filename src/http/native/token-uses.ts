// Who reads the tokens of a mailbox, over HTTP: how often, minute by minute.
import { type Static, Type } from 'typebox';
import type { NamedTokenUse } from '../../core/index.ts';
import { type Noun, operation } from './operation.ts';
import {
  closed,
  id,
  idParams,
  isoTime,
  nullable,
  pageOf,
  pageQuery,
  pageRequestOf,
  presentPage,
  time,
} from './parts.ts';
import { principalOf } from './principal.ts';

const tokenUseSchema = Type.Object(
  {
    key_id: id('The API key that read.'),
    key_name: nullable(
      Type.String({ description: 'Its name; null for a key of the installation.', examples: ['sender'] }),
    ),
    minute: time('When the minute began.'),
    total: Type.Integer({
      description: 'Reads within the minute that began then.',
      minimum: 1,
      examples: [12],
    }),
    first_at: time('When it read first within the minute.'),
    last_at: time('When it read last within the minute.'),
  },
  { $id: 'TokenUse', title: 'Token use', description: 'Reads of one mailbox by one API key in one minute.' },
);

const cursor = Type.String({
  pattern: '^[0-9]{1,15}\\.[0-9a-f-]{1,64}$',
  description: '`next_cursor` of the page before.',
  examples: ['1772366400000.019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10'],
});

export const tokenUses: Noun = (app, core) => {
  app.addSchema(tokenUseSchema);
  app.get(
    '/v1/mailboxes/:id/token-uses',
    {
      schema: {
        params: idParams,
        querystring: Type.Object({ limit: pageQuery.limit, cursor: Type.Optional(cursor) }, closed),
        ...operation({
          id: 'listTokenUses',
          tag: 'Mailboxes',
          summary: 'List who read the tokens of a mailbox',
          description:
            'Counted by API key and minute, and written some seconds later; a process that is killed loses what it had not written. Kept for as long as the installation says, 30 days by default.',
          scope: 'mailboxes:read',
          success: { 200: pageOf('TokenUse', 'Newest minute first.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) =>
      presentPage(
        await core.tokenUses.list(principalOf(request), request.params.id, pageRequestOf(request.query)),
        present,
      ),
  );
};

const present = (use: NamedTokenUse): Static<typeof tokenUseSchema> => ({
  key_id: use.keyId,
  key_name: use.keyName,
  minute: isoTime(use.minute),
  total: use.total,
  first_at: isoTime(use.firstAt),
  last_at: isoTime(use.lastAt),
});
