// The keyring over HTTP, without a key in it: which ids there are, the pass that seals everything under the first one,
// and the word that an older one may go.
import { type Static, Type } from 'typebox';
import type { KeyringStatus } from '../../core/index.ts';
import { answer, type Noun, noContent, operation } from './operation.ts';
import { closed, isoTime, isoTimeOrNull, noQuery, nullable, oneOf, time } from './parts.ts';
import { principalOf } from './principal.ts';

const keyId = (description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9_.-]{1,32}$', description, examples: ['k3f9a01c2'] });

const resealingSchema = Type.Object(
  {
    key_id: keyId('Everything is sealed under this key.'),
    total: nullable(
      Type.Integer({
        minimum: 0,
        description:
          'Values that there were when the pass began; others may have come since. Null while they are counted.',
      }),
    ),
    checked: Type.Integer({ description: 'Values looked at.' }),
    resealed: Type.Integer({ description: 'Values sealed again.' }),
    unreadable: Type.Integer({ description: 'Values that no key here opens.' }),
    started_at: time('When the pass began.'),
    updated_at: time('When it last got on.'),
    finished_at: nullable(time('When it was over; null while it goes on.')),
  },
  { $id: 'Resealing', title: 'Resealing', description: 'A pass over everything that is sealed.' },
);

const keyringSchema = Type.Object(
  {
    key_ids: Type.Array(keyId('A key.'), {
      description: 'Keys of the process that answers: the first one seals, all of them open.',
    }),
    known_key_ids: Type.Array(keyId('A key.'), {
      description: 'Keys that ever sealed here and were not retired.',
    }),
    processes: Type.Array(
      Type.Object({
        id: Type.String(),
        key_ids: Type.Array(keyId('A key.')),
        seen_at: time('When it was last heard of.'),
      }),
      { description: 'Processes that run, with their keys.' },
    ),
    resealing: nullable(Type.Ref('Resealing#')),
    values: nullable(
      Type.Array(
        Type.Object({
          key_id: nullable(keyId('Null = not sealed in a known form.')),
          count: Type.Integer(),
          is_here: Type.Boolean({ description: 'Whether the process that answers has the key.' }),
        }),
        { description: 'How many values each key seals; null unless `count` was asked for.' },
      ),
    ),
  },
  { $id: 'Keyring', title: 'Keyring', description: 'The keys that seal, by their ids.' },
);

export const keyring: Noun = (app, core) => {
  app.addSchema(resealingSchema);
  app.addSchema(keyringSchema);
  app.get(
    '/v1/keyring',
    {
      schema: {
        querystring: Type.Object(
          {
            count: Type.Optional(
              oneOf(['true', 'false'], {
                default: 'false',
                description: 'Count the values of each key, which goes through all of them.',
              }),
            ),
          },
          closed,
        ),
        ...operation({
          id: 'readKeyring',
          tag: 'Installation',
          summary: 'Read which keys seal',
          scope: 'installation:read',
          success: { 200: answer('Keyring', 'The keyring, without its keys.') },
        }),
      },
    },
    async (request) =>
      present(
        await core.resealing.status(principalOf(request), { isCounted: request.query.count === 'true' }),
      ),
  );
  app.post(
    '/v1/keyring/reseal',
    {
      schema: {
        querystring: noQuery,
        ...operation({
          id: 'resealKeyring',
          tag: 'Installation',
          summary: 'Seal everything under the first key',
          description:
            'Goes on in the background, in small batches. What is written meanwhile is never overwritten.',
          scope: 'installation:update',
          errors: ['conflict'],
          success: { 202: answer('Resealing', 'The pass has begun.') },
        }),
      },
    },
    async (request, reply) =>
      reply.code(202).send(presentResealing(await core.resealing.begin(principalOf(request)))),
  );
  app.post(
    '/v1/keyring/retire',
    {
      schema: {
        querystring: noQuery,
        body: Type.Object(
          {
            key_id: keyId('The key that shall go.'),
            end_links: Type.Optional(
              Type.Boolean({
                default: false,
                description: 'Do not wait until links that it may have signed are over.',
              }),
            ),
          },
          { ...closed, examples: [{ key_id: 'k3f9a01c2' }] },
        ),
        ...operation({
          takesBody: true,
          id: 'retireKey',
          tag: 'Installation',
          summary: 'Retire a key',
          description:
            'Answers 409 while a process seals with it, a value is sealed under it, or a link may be signed with it. After that it may be taken out of every keyring.',
          scope: 'installation:update',
          errors: ['not_found'],
          success: { 204: noContent('Nothing needs it any more.') },
        }),
      },
    },
    async (request, reply) => {
      const { key_id: id, end_links: endsLinks = false } = request.body;
      await core.resealing.retire(principalOf(request), { keyId: id, endsLinks });
      return reply.code(204).send();
    },
  );
};

const presentResealing = (pass: NonNullable<KeyringStatus['resealing']>): Static<typeof resealingSchema> => ({
  key_id: pass.keyId,
  total: pass.total,
  checked: pass.checked,
  resealed: pass.resealed,
  unreadable: pass.unreadable,
  started_at: isoTime(pass.startedAt),
  updated_at: isoTime(pass.updatedAt),
  finished_at: isoTimeOrNull(pass.finishedAt),
});

const present = ({ keyIds, knownKeyIds, holders, resealing, values }: KeyringStatus) => ({
  key_ids: [...keyIds],
  known_key_ids: [...knownKeyIds],
  processes: holders.map(({ id, keyIds: ids, seenAt }) => ({ id, key_ids: ids, seen_at: isoTime(seenAt) })),
  resealing: resealing && presentResealing(resealing),
  values:
    values && [...values].map(([id, count]) => ({ key_id: id || null, count, is_here: keyIds.includes(id) })),
});
