// Accounts: list, read, change, remove, pause, resume, mark as fixed.
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import type { MailboxWithGrant, Principal } from '../../../core/index.ts';
import { accountOf } from './account.ts';
import { AccountChanges, settingsFrom } from './account-changes.ts';
import { AccountListQuery, listAccounts } from './account-list.ts';
import { InstantlyError } from './errors.ts';
import { type Options, openPath } from './path.ts';

const Params = Type.Object({ email: Type.String() });

/** One address that is no mailbox of the workspace fails alone. */
const Emails = Type.Object({
  emails: Type.Array(Type.String({ maxLength: 320 }), { minItems: 1, maxItems: 100 }),
});

/** Programs give up a write after 15 seconds; a proof that takes longer goes on without its caller. */
const proofSeconds = 9.5;

export async function addAccounts(app: FastifyInstance, options: Options): Promise<void> {
  const { core } = options;

  async function find(principal: Principal, email: string): Promise<MailboxWithGrant | null> {
    const filter = { email: email.trim().toLowerCase() };
    const { items } = await core.mailboxes.list(principal, filter, { after: null, limit: 1 });
    return items[0] ?? null;
  }

  async function named(principal: Principal, email: string): Promise<MailboxWithGrant> {
    const joined = await find(principal, email);
    if (!joined) throw new InstantlyError(404, 'Resource not found');
    return joined;
  }

  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, { GET: 'accounts:read', POST: 'unserved' });
      scope
        .withTypeProvider<TypeBoxTypeProvider>()
        .get('/', { schema: { querystring: AccountListQuery } }, async (request) =>
          listAccounts(core, callers.of(request).principal, request.query),
        );
    },
    { prefix: '/accounts' },
  );

  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, {
        GET: 'accounts:read',
        PATCH: 'accounts:update',
        DELETE: 'accounts:delete',
      });
      const typed = scope.withTypeProvider<TypeBoxTypeProvider>();
      typed.get('/', { schema: { params: Params } }, async (request) =>
        accountOf(await named(callers.of(request).principal, request.params.email)),
      );
      typed.patch('/', { schema: { params: Params, body: AccountChanges } }, async (request) => {
        const { principal } = callers.of(request);
        const { mailbox } = await named(principal, request.params.email);
        const settings = settingsFrom(request.body);
        return accountOf(await core.mailboxes.update(principal, mailbox.id, { settings }));
      });
      typed.delete('/', { schema: { params: Params } }, async (request) => {
        const { principal } = callers.of(request);
        const joined = await named(principal, request.params.email);
        await core.mailboxes.disconnect(principal, joined.mailbox.id);
        return accountOf(joined);
      });
    },
    { prefix: '/accounts/:email' },
  );

  const actions = {
    pause: async (principal: Principal, { mailbox }: MailboxWithGrant) =>
      core.mailboxes.update(principal, mailbox.id, { settings: { sendingPaused: true } }),
    // Also switches on a mailbox that was switched off elsewhere: to Instantly's programs it was paused.
    resume: async (principal: Principal, { mailbox }: MailboxWithGrant) =>
      core.mailboxes.update(principal, mailbox.id, { settings: { sendingPaused: false }, disabled: false }),
    'mark-fixed': async (principal: Principal, { mailbox }: MailboxWithGrant) =>
      core.mailboxes.verify(principal, mailbox.id, { withinSeconds: proofSeconds }),
  };
  for (const [action, act] of Object.entries(actions)) {
    await app.register(
      async (scope) => {
        const callers = openPath(scope, options, { POST: 'accounts:update' });
        scope
          .withTypeProvider<TypeBoxTypeProvider>()
          .post('/', { schema: { params: Params } }, async (request) => {
            const { principal } = callers.of(request);
            return accountOf(await act(principal, await named(principal, request.params.email)));
          });
      },
      { prefix: `/accounts/:email/${action}` },
    );
  }

  await app.register(
    async (scope) => {
      const callers = openPath(scope, options, { POST: 'accounts:update' });
      scope
        .withTypeProvider<TypeBoxTypeProvider>()
        .post('/', { schema: { body: Emails } }, async (request) => {
          const { principal } = callers.of(request);
          const paused: string[] = [];
          const failed: string[] = [];
          for (const email of new Set(request.body.emails)) {
            const joined = await find(principal, email);
            if (joined) await actions.pause(principal, joined);
            (joined ? paused : failed).push(email);
          }
          return { paused_emails: paused, failed_emails: failed };
        });
    },
    { prefix: '/accounts/pause' },
  );
}
