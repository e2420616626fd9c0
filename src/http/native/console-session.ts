// The console's session over HTTP: what the page asks about itself, and signing out. How one signs in is in
// console-sign-in.ts.
import { type Static, Type } from 'typebox';
import {
  apiKeyScopes,
  type ConsoleSession,
  GatewayError,
  type OpenConsoleSession,
} from '../../core/index.ts';
import { sessionCookie } from '../console-cookie.ts';
import { answer, type Noun, noContent, operation } from './operation.ts';
import { id, isoTime, noQuery, nullable, oneOf, time } from './parts.ts';
import { principalOf } from './principal.ts';

export const consoleSessionSchema = Type.Object(
  {
    key_id: id('Id of the API key by whose rights the console acts.'),
    key_name: Type.String({ description: 'Its name.' }),
    person: nullable(
      Type.String({ description: 'Who signed in by OpenID Connect; null for whoever has a key.' }),
    ),
    workspace_id: nullable(
      id("The key's workspace; null for a key of the installation, which names one by header."),
    ),
    is_installation: Type.Boolean({ description: 'True for a key that may act in any workspace.' }),
    scopes: Type.Array(oneOf(apiKeyScopes, { description: 'A scope of the key.' })),
    expires_at: time('When it ends at the latest; sooner if nobody uses it.'),
  },
  {
    $id: 'ConsoleSession',
    title: 'ConsoleSession',
    description: 'A browser that is signed in to the console.',
  },
);

export const presentConsoleSession = ({
  session,
  key,
}: OpenConsoleSession): Static<typeof consoleSessionSchema> => ({
  key_id: key.id,
  key_name: key.name,
  person: session.person,
  workspace_id: key.workspaceId,
  is_installation: key.workspaceId === null,
  scopes: key.scopes,
  expires_at: isoTime(session.expiresAt),
});

/** Seconds for which the browser keeps the cookie. */
export const secondsLeft = ({ expiresAt }: ConsoleSession, now: number): number => (expiresAt - now) / 1000;

const tag = 'Console';

export const consoleSession: Noun = (app, core) => {
  app.get(
    '/v1/console-session',
    {
      schema: {
        querystring: noQuery,
        ...operation({
          id: 'readConsoleSession',
          tag,
          summary: 'Say who is signed in',
          description: 'For the console: by the cookie. A caller with an API key has no session.',
          scope: null,
          success: { 200: answer('ConsoleSession', 'The session of this browser.') },
          errors: ['not_found'],
        }),
      },
    },
    async ({ consoleSession: open }) => presentConsoleSession(open ?? noSession()),
  );

  app.delete(
    '/v1/console-session',
    {
      schema: {
        querystring: noQuery,
        ...operation({
          id: 'endConsoleSession',
          tag,
          summary: 'Sign out of the console',
          scope: null,
          success: { 204: noContent('The session is over, and the cookie gone.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request, reply) => {
      await core.consoleSessions.signOut(request.consoleSession ?? noSession(), principalOf(request));
      reply.header('set-cookie', sessionCookie(core.settings.publicUrl, '', 0));
      return reply.code(204).send();
    },
  );
};

const noSession = (): never => {
  throw new GatewayError(
    'not_found',
    'This call came with an API key, and so without a session of the console.',
  );
};
