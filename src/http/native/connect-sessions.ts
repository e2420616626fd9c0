// Connect sessions over HTTP: make a link, wait for what comes of it, confirm it, cancel it.
import { type Static, Type } from 'typebox';
import { type ConnectSession, connectSessionStatuses, connectStatusOf, isOpen } from '../../core/index.ts';
import {
  connectSessionSchema,
  newConnectSession,
  newConnectSessionSchema,
  presentConnectSession,
} from './connect-session-schema.ts';
import { gone } from './gone.ts';
import { answer, type Noun, operation } from './operation.ts';
import {
  closed,
  idParams,
  noQuery,
  oneOf,
  pageOf,
  pageQuery,
  pageRequestOf,
  presentPage,
  text,
} from './parts.ts';
import { principalOf } from './principal.ts';

const waitSecondsMax = 55;
const tag = 'Connect sessions';

const confirmation = Type.Object(
  {
    code: text({
      description: 'The parameter `code` with which the browser came to the return URL.',
      examples: ['0c8a1e'],
      maxLength: 512,
    }),
  },
  { ...closed, examples: [{ code: '0c8a1e' }] },
);

export const connectSessions: Noun = (app, core) => {
  app.addSchema(connectSessionSchema);
  app.addSchema(newConnectSessionSchema);
  const present = async (session: ConnectSession) => {
    const now = core.now();
    return presentConnectSession(session, {
      status: connectStatusOf(session, now),
      adminConsentUrl: isOpen(session, now) ? await core.adminConsents.urlFor(session) : null,
    });
  };
  // Long polls must not hold up the end of the process.
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());

  app.post(
    '/v1/connect-sessions',
    {
      // So that an empty body is answered with the field that it lacks.
      config: { isBodyOptional: true },
      schema: {
        querystring: noQuery,
        body: newConnectSession,
        ...operation({
          takesBody: true,
          id: 'createConnectSession',
          tag,
          summary: 'Create a connect session',
          description:
            'Makes a link for one mailbox owner, good for ten minutes and longer only while it waits for somebody. With `mailbox_id` it reconnects that mailbox.',
          scope: 'connect_sessions:create',
          success: { 201: answer('NewConnectSession', 'The session, with its link.') },
          errors: ['not_found', 'oauth_client_missing', 'oauth_client_paused'],
        }),
      },
    },
    async (request, reply) => {
      const { session, url, webhook } = await core.connectSessions.create(
        principalOf(request),
        requestOf(request.body),
      );
      return reply.code(201).send({
        ...(await present(session)),
        url,
        webhook: webhook && { endpoint_id: webhook.endpointId, secret: webhook.secret.reveal() },
      });
    },
  );

  app.get(
    '/v1/connect-sessions',
    {
      schema: {
        querystring: Type.Object(
          {
            status: Type.Optional(
              oneOf(connectSessionStatuses, { description: 'Only sessions that are so now.' }),
            ),
            ...pageQuery,
          },
          closed,
        ),
        ...operation({
          id: 'listConnectSessions',
          tag,
          summary: 'List the connect sessions',
          description:
            'Without their links, which only their makers have. They are forgotten some time after their end.',
          scope: 'connect_sessions:read',
          success: { 200: pageOf('ConnectSession', 'Newest first.') },
        }),
      },
    },
    async (request) => {
      const { query } = request;
      const wanted = query.status === undefined ? {} : { status: query.status };
      const page = await core.connectSessions.list(principalOf(request), wanted, pageRequestOf(query));
      return presentPage(page, present);
    },
  );

  app.get(
    '/v1/connect-sessions/:id',
    {
      schema: {
        params: idParams,
        querystring: Type.Object(
          {
            wait: Type.Optional(
              Type.Integer({
                minimum: 0,
                maximum: waitSecondsMax,
                default: 0,
                description: 'Answer when the status changes, or after this many seconds.',
                examples: [30],
              }),
            ),
            known_status: Type.Optional(
              oneOf(connectSessionStatuses, {
                description:
                  'With `wait`: the status that was answered last. Answers at once when it is another one by now; without it, a change between two requests is not seen as one.',
              }),
            ),
          },
          closed,
        ),
        ...operation({
          id: 'readConnectSession',
          tag,
          summary: 'Read a connect session, or wait for its next status',
          scope: 'connect_sessions:read',
          success: { 200: answer('ConnectSession', 'The session as it is now.') },
          errors: ['not_found'],
        }),
      },
    },
    async (request, reply) => {
      const signal = AbortSignal.any([closing.signal, gone(reply)]);
      const { id } = request.params;
      const { query } = request;
      return present(
        await core.connectSessions.waitFor(
          principalOf(request),
          id,
          { waitSeconds: query.wait ?? 0, knownStatus: query.known_status ?? null },
          signal,
        ),
      );
    },
  );

  app.post(
    '/v1/connect-sessions/:id/confirm',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        body: confirmation,
        ...operation({
          takesBody: true,
          id: 'confirmConnectSession',
          tag,
          summary: 'Confirm a connect session',
          description:
            "For sessions with the completion `confirm`: says that the browser that came back was the right person's. Connects the mailbox; a refusal at this point is a session that `failed`.",
          scope: 'connect_sessions:create',
          success: { 200: answer('ConnectSession', 'The session as it is then.') },
          errors: ['not_found', 'connect_session_over', 'confirmation_refused'],
        }),
      },
    },
    async (request) => {
      const { params, body } = request;
      return present(await core.confirmations.confirm(principalOf(request), params.id, body.code));
    },
  );

  app.delete(
    '/v1/connect-sessions/:id',
    {
      schema: {
        params: idParams,
        querystring: noQuery,
        ...operation({
          id: 'cancelConnectSession',
          tag,
          summary: 'Cancel a connect session',
          description: 'Its link no longer works.',
          scope: 'connect_sessions:create',
          success: { 200: answer('ConnectSession', 'The cancelled session.') },
          errors: ['not_found', 'connect_session_over'],
        }),
      },
    },
    async (request) => present(await core.connectSessions.cancel(principalOf(request), request.params.id)),
  );
};

const requestOf = (body: Static<typeof newConnectSession>) => ({
  provider: body.provider ?? null,
  profile: body.profile ?? 'full',
  oauthClientId: body.oauth_client_id ?? null,
  expectedEmail: body.expected_email ?? null,
  sharedMailbox: body.shared_mailbox ?? null,
  mailboxId: body.mailbox_id ?? null,
  customer: body.customer ?? null,
  managedAccountsOnly: body.managed_accounts_only ?? false,
  exclusive: body.exclusive ?? false,
  ...(body.completion === undefined ? {} : { completion: body.completion }),
  returnUrl: body.return_url ?? null,
  webhookUrl: body.webhook_url ?? null,
  isRetryable: body.is_retryable ?? true,
  surface: 'native',
});
