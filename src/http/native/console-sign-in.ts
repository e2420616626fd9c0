// Signing in to the console: an API key is exchanged for a cookie, so that the page never keeps the key. For whoever is
// not known yet, and so registered outside of what asks for a key.
import { Type } from 'typebox';
import { requireConsole, sessionCookie } from '../console-cookie.ts';
import { presentConsoleSession, secondsLeft } from './console-session.ts';
import { answer, type Noun, operation } from './operation.ts';
import { closed, noQuery, nullable } from './parts.ts';

const credentials = Type.Object(
  {
    api_key: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'An API key of a workspace, or of the installation.',
      examples: ['mg_...'],
    }),
  },
  { ...closed, examples: [{ api_key: 'mg_...' }] },
);

const optionsSchema = Type.Object(
  {
    oidc: nullable(
      Type.Object(
        {
          label: Type.String({ description: 'What the button says.', examples: ['Sign in with Example'] }),
          url: Type.String({ format: 'uri', description: 'Where it leads.' }),
        },
        { description: 'Sign-in by OpenID Connect; null when it is not set up.' },
      ),
    ),
  },
  {
    $id: 'ConsoleSignInOptions',
    title: 'ConsoleSignInOptions',
    description: 'How one may sign in to the console, beside an API key.',
  },
);

const tag = 'Console';

export const consoleSignIn: Noun = (app, core) => {
  app.addSchema(optionsSchema);

  app.get(
    '/v1/console-sign-in-options',
    {
      schema: {
        querystring: noQuery,
        ...operation({
          id: 'readConsoleSignInOptions',
          tag,
          summary: 'Say how one may sign in to the console',
          scope: null,
          isPublic: true,
          success: { 200: answer('ConsoleSignInOptions', 'The ways beside an API key.') },
        }),
      },
    },
    async () => ({ oidc: core.consolePeople.button() }),
  );

  app.post(
    '/v1/console-session',
    {
      // So that an empty body is answered with the field that it lacks.
      config: { isBodyOptional: true },
      schema: {
        querystring: noQuery,
        body: credentials,
        ...operation({
          takesBody: true,
          id: 'beginConsoleSession',
          tag,
          summary: 'Sign in to the console',
          description:
            'For the console, with the header `Mailgrant-Console: 1`: exchanges an API key for a cookie. With the cookie and that header every call works as with the key.',
          scope: null,
          isPublic: true,
          success: { 201: answer('ConsoleSession', 'Signed in; the cookie is set.') },
          errors: ['rate_limited'],
        }),
      },
    },
    async (request, reply) => {
      const { publicUrl } = core.settings;
      requireConsole(request.headers, publicUrl);
      const from = { requestId: request.id, address: request.ip };
      const begun = await core.consoleSessions.signIn(request.body.api_key, from);
      const seconds = secondsLeft(begun.session, core.now());
      reply.header('set-cookie', sessionCookie(publicUrl, begun.token.reveal(), seconds));
      return reply.code(201).send(presentConsoleSession(begun));
    },
  );
};
