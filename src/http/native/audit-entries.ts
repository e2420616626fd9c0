// The audit log over HTTP: who changed what. Read-only: entries come of changes, and go by their age.
import { type Static, Type } from 'typebox';
import { auditActions, type ListedAuditEntry } from '../../core/index.ts';
import { type Noun, operation } from './operation.ts';
import {
  closed,
  id,
  isoTime,
  nullable,
  oneOf,
  pageOf,
  pageQuery,
  pageRequestOf,
  presentPage,
  text,
  time,
  timeOf,
} from './parts.ts';
import { principalOf } from './principal.ts';

const actorKinds = ['api_key', 'console', 'command_line', 'mailbox_owner', 'gateway'] as const;

const actorSchema = Type.Object(
  {
    kind: oneOf(actorKinds, {
      description:
        '`api_key` = a program; `console` = a person at the console; `command_line` = whoever sits at the machine; `mailbox_owner` = whoever holds a link; `gateway` = this server by itself.',
    }),
    id: nullable(
      Type.String({
        description: 'Of the API key, at the console too; of a mailbox owner, the connect session.',
      }),
    ),
    name: nullable(Type.String({ description: 'Of the API key, as it is called now.' })),
  },
  { description: 'Who did it.' },
);

const auditEntrySchema = Type.Object(
  {
    id: id('Id of the entry; entries sort by it.'),
    at: time('When it happened.'),
    actor: actorSchema,
    action: oneOf(auditActions, { description: 'What was done.' }),
    object_id: nullable(
      Type.String({ description: 'What it was done to; null where that is no single one.' }),
    ),
    data: Type.Object(
      {},
      {
        additionalProperties: true,
        description:
          'Names of the changed fields, counts, ids. Never a secret, never an address of a mailbox.',
      },
    ),
    request_id: nullable(Type.String({ description: 'Of the HTTP request, as in the log.' })),
    address: nullable(Type.String({ description: "The caller's IP address." })),
  },
  { $id: 'AuditEntry', title: 'Audit entry', description: 'One change that somebody made.' },
);

export const auditEntries: Noun = (app, core) => {
  app.addSchema(auditEntrySchema);
  app.get(
    '/v1/audit-entries',
    {
      schema: {
        querystring: Type.Object(
          {
            action: Type.Optional(oneOf(auditActions, { description: 'Only these.' })),
            object_id: Type.Optional(
              text({
                description: 'Only of this object.',
                examples: ['019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10'],
              }),
            ),
            actor_id: Type.Optional(
              text({
                description: 'Only by this actor.',
                examples: ['019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10'],
              }),
            ),
            workspace_id: Type.Optional(
              id('Of this workspace, also when it is deleted; for keys of the installation.'),
            ),
            since: Type.Optional(time('Only from this time on.')),
            until: Type.Optional(time('Only from before this time.')),
            order: Type.Optional(
              oneOf(['newest', 'oldest'], { description: 'Which come first.', default: 'newest' }),
            ),
            ...pageQuery,
          },
          closed,
        ),
        ...operation({
          id: 'listAuditEntries',
          tag: 'Audit',
          summary: 'List the audit entries',
          description:
            'Who changed what, newest first, or as `order` says. To follow the log, read `order=oldest` with the id of an entry as `cursor`, and pass over those that were read: entries of changes that are made side by side may come up to a minute after others with later ids, so begin again at one that is a minute older than the last. A key of the installation that names no workspace reads the entries of the installation itself, and with `workspace_id` those of any workspace, also of one that was deleted.',
          scope: 'audit:read',
          success: { 200: pageOf('AuditEntry', 'Newest first, or as `order` says.') },
        }),
      },
    },
    async (request) => {
      const { action, object_id: objectId, actor_id: actorId, workspace_id: workspaceId } = request.query;
      const since = timeOf('since', request.query.since);
      const until = timeOf('until', request.query.until);
      const filter = {
        ...(action === undefined ? {} : { action }),
        ...(objectId === undefined ? {} : { objectId }),
        ...(actorId === undefined ? {} : { actorId }),
        ...(workspaceId === undefined ? {} : { workspaceId }),
        ...(since === null ? {} : { since }),
        ...(until === null ? {} : { until }),
        oldestFirst: request.query.order === 'oldest',
      };
      const page = await core.audit.list(principalOf(request), filter, pageRequestOf(request.query));
      return presentPage(page, present);
    },
  );
};

const present = (entry: ListedAuditEntry): Static<typeof auditEntrySchema> => ({
  id: entry.id,
  at: isoTime(entry.at),
  actor: { ...entry.actor, name: entry.actorName },
  action: entry.action,
  object_id: entry.objectId,
  data: entry.data,
  request_id: entry.requestId,
  address: entry.address,
});
