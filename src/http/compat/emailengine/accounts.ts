// Accounts that are there: list, read, change, delete, try again.

import { Type } from 'typebox';
import type { Core, MailboxWithGrant, Principal } from '../../../core/index.ts';
import {
  AccountChanges,
  AccountParams,
  AccountQuery,
  flag,
  isOn,
  type OAuth2Input,
  Reconnect,
} from './account-schemas.ts';
import {
  type AccountState,
  accountIdOf,
  presentAccount,
  presentAccountInFull,
  stateOf,
} from './account-view.ts';
import { badField } from './errors.ts';
import { accountOf } from './find-account.ts';
import { appOf, isService } from './find-app.ts';
import { checkedSettings, surfaceName } from './map.ts';
import { connect, proofSeconds, requireOAuth2 } from './register.ts';
import { at, type Context, callerOf, type Noun } from './route.ts';
import { checkWebhooks, setWebhooks } from './webhook-accounts.ts';

const pageSizeDefault = 20;
const scanSize = 500;
/** Accounts that one call goes through to find those of a state. */
const scanMax = 20_000;

export const accounts: Noun = (app, context) => {
  const { core } = context;
  at(app, '/accounts', (scope) => {
    scope.get('/', { schema: { querystring: AccountQuery } }, async (request) => {
      const { principal } = callerOf(request, 'mailboxes:read');
      const { page = 0, pageSize = pageSizeDefault, state, query } = request.query;
      const filter = query ? { search: query } : {};
      const slice = { offset: page * pageSize, limit: pageSize };
      const { items, total } = state
        ? await sliceOfState(core, principal, { filter, state, slice })
        : await core.mailboxes.slice(principal, filter, slice);
      return {
        total,
        page,
        pages: Math.max(1, Math.ceil(total / pageSize)),
        query: query ? query : false,
        state: state ?? '*',
        accounts: items.map(presentAccount),
      };
    });
  });

  at(app, '/account/:account', (scope) => {
    const schema = { params: AccountParams };
    scope.get('/', { schema: { ...schema, querystring: Type.Object({ quota: flag }) } }, async (request) => {
      const { principal } = callerOf(request, 'mailboxes:read');
      return presentAccountInFull(await accountOf(core, principal, request.params.account));
    });

    scope.put('/', { schema: { ...schema, body: AccountChanges } }, async (request) => {
      const { principal } = callerOf(request, 'mailboxes:update');
      const joined = await accountOf(core, principal, request.params.account);
      await checkWebhooks(context, request.body);
      await change(context, request, { joined, body: request.body, principal });
      await setWebhooks(context, principal, joined.mailbox.id, request.body);
      return { account: accountIdOf(joined) };
    });

    scope.delete(
      '/',
      { schema: { ...schema, querystring: Type.Object({ revoke: flag }, { additionalProperties: false }) } },
      async (request) => {
        const { principal } = callerOf(request, 'mailboxes:delete');
        const joined = await accountOf(core, principal, request.params.account);
        await core.mailboxes.disconnect(principal, joined.mailbox.id, { revoke: isOn(request.query.revoke) });
        return { account: accountIdOf(joined), deleted: true };
      },
    );
  });

  at(app, '/account/:account/reconnect', (scope) => {
    scope.put('/', { schema: { params: AccountParams, body: Reconnect } }, async (request) => {
      const { principal } = callerOf(request, 'mailboxes:update');
      const { mailbox } = await accountOf(core, principal, request.params.account);
      if (!request.body.reconnect) return { reconnect: false };
      await core.mailboxes.verify(principal, mailbox.id, { withinSeconds: proofSeconds });
      return { reconnect: true };
    });
  });
};

type Change = { joined: MailboxWithGrant; body: AccountChanges; principal: Principal };

/** The name and the kept settings; with tokens, the connection too. The address comes from the provider. */
async function change(context: Context, request: object, { joined, body, principal }: Change): Promise<void> {
  const { mailbox } = joined;
  if (body.email !== undefined && body.email.toLowerCase() !== mailbox.email) {
    throw badField('email', 'is the address that the provider names and cannot be changed');
  }
  const hasOAuth2 = body.oauth2 !== undefined || body.imap || body.smtp;
  const oauth2 = hasOAuth2 ? requireOAuth2(body) : {};
  if (oauth2.authorize) throw badField('oauth2.authorize', 'belongs to the registration of an account');
  if (oauth2.refreshToken !== undefined || (await isMoved(context, principal, joined, oauth2))) {
    const connector = callerOf(request, 'mailboxes:create').principal;
    await connect(context, connector, { body, oauth2, account: mailbox.externalId, before: joined });
    return;
  }
  if (oauth2.accessToken !== undefined) throw badField('oauth2.refreshToken', 'is required');
  if (oauth2.provider !== undefined && oauth2.provider !== joined.oauthClient.id) {
    throw badField('oauth2.provider', 'cannot be changed without new tokens');
  }
  await context.core.mailboxes.update(principal, mailbox.id, {
    ...(body.name === undefined ? {} : { name: body.name }),
    settings: { dialects: { [surfaceName]: checkedSettings(body) } },
  });
}

/** Whether an application without a sign-in is to open the account, which needs no tokens but a new proof. */
async function isMoved(
  { core }: Context,
  principal: Principal,
  joined: MailboxWithGrant,
  { provider, auth }: OAuth2Input,
): Promise<boolean> {
  if (provider === undefined) return auth !== undefined && isService(joined.oauthClient);
  const { client } = await appOf(core, principal, provider);
  return client !== null && isService(client);
}

type Scan = {
  filter: Parameters<Core['mailboxes']['slice']>[1];
  state: AccountState;
  slice: { offset: number; limit: number };
};

/** A state is derived and no column, so all mailboxes of the workspace are looked through. */
async function sliceOfState(
  core: Core,
  principal: Principal,
  { filter, state, slice }: Scan,
): Promise<{ items: MailboxWithGrant[]; total: number }> {
  const items: MailboxWithGrant[] = [];
  let found = 0;
  for (let offset = 0; ; offset += scanSize) {
    const part = await core.mailboxes.slice(principal, filter, { offset, limit: scanSize });
    if (part.total > scanMax) {
      throw badField(
        'state',
        `cannot be looked for among more than ${scanMax} accounts: narrow the list by query`,
      );
    }
    for (const item of part.items) {
      if (stateOf(item) !== state) continue;
      if (found >= slice.offset && items.length < slice.limit) items.push(item);
      found += 1;
    }
    if (part.items.length === 0 || offset + scanSize >= part.total) return { items, total: found };
  }
}
