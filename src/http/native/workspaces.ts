// Workspaces over HTTP. Making, listing and renaming them is for keys of the installation.
import { type Static, Type } from 'typebox';
import type { Workspace } from '../../core/index.ts';
import { answer, type Noun, noContent, operation } from './operation.ts';
import {
  closed,
  id,
  idParams,
  isoTime,
  noQuery,
  pageOf,
  pageQuery,
  pageRequestOf,
  presentPage,
  text,
  time,
} from './parts.ts';
import { principalOf } from './principal.ts';

const name = text({ description: 'Shown to mailbox owners when they connect.', examples: ['Acme Sales'] });

const workspaceSchema = Type.Object(
  { id: id('Id of the workspace.'), name, created_at: time('When it was made.') },
  { $id: 'Workspace', title: 'Workspace', description: 'The unit of isolation.' },
);

const writable = Type.Object({ name }, { ...closed, examples: [{ name: 'Acme Sales' }] });
const tag = 'Workspaces';

export const workspaces: Noun = (app, core) => {
  app.addSchema(workspaceSchema);

  app.post(
    '/v1/workspaces',
    {
      schema: {
        querystring: noQuery,
        body: writable,
        ...operation({
          takesBody: true,
          id: 'createWorkspace',
          tag,
          summary: 'Create a workspace',
          scope: 'workspaces:manage',
          success: { 201: answer('Workspace', 'The new workspace.') },
        }),
      },
    },
    async (request, reply) =>
      reply.code(201).send(present(await core.workspaces.create(principalOf(request), request.body))),
  );

  app.get(
    '/v1/workspaces',
    {
      schema: {
        querystring: Type.Object(pageQuery, closed),
        ...operation({
          id: 'listWorkspaces',
          tag,
          summary: 'List the workspaces',
          scope: 'workspaces:manage',
          success: { 200: pageOf('Workspace', 'Oldest first.') },
        }),
      },
    },
    async (request) =>
      presentPage(await core.workspaces.list(principalOf(request), pageRequestOf(request.query)), present),
  );

  app.get(
    '/v1/workspaces/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'readWorkspace',
          tag,
          summary: 'Read a workspace',
          description: 'A key of a workspace reads its own.',
          scope: null,
          success: { 200: answer('Workspace', 'The workspace.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) => present(await core.workspaces.read(principalOf(request), request.params.id)),
  );

  app.patch(
    '/v1/workspaces/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        body: writable,
        ...operation({
          takesBody: true,
          id: 'renameWorkspace',
          tag,
          summary: 'Rename a workspace',
          scope: 'workspaces:manage',
          success: { 200: answer('Workspace', 'The workspace with its new name.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request) =>
      present(await core.workspaces.rename(principalOf(request), request.params.id, request.body.name)),
  );

  app.delete(
    '/v1/workspaces/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'deleteWorkspace',
          tag,
          summary: 'Delete a workspace',
          description:
            'For ever, with everything in it. Its API keys and links are refused at once; its rows go in the background, and grants that no other workspace uses are revoked where the provider can do that.',
          scope: 'workspaces:manage',
          success: { 204: noContent('It is deleted.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request, reply) => {
      await core.workspaces.remove(principalOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
};

const present = (workspace: Workspace): Static<typeof workspaceSchema> => ({
  id: workspace.id,
  name: workspace.name,
  created_at: isoTime(workspace.createdAt),
});
