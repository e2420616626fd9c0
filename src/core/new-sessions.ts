// The making of connect sessions: by which OAuth client, for which address, with what to happen at the end. What could
// only fail later, before the person's eyes, is refused here.
import { record } from './audit.ts';
import { type ConnectSession, hashOfToken, type NewConnectSession, newToken } from './connect-session.ts';
import { invalidField, notFound } from './errors.ts';
import type { Mailbox } from './mailboxes.ts';
import type { OAuthClient } from './oauth-clients.ts';
import type { Origins } from './origins.ts';
import type { Ports } from './ports.ts';
import type { Principal } from './principal.ts';
import type { Secret } from './secret.ts';
import { createSessionClients } from './session-clients.ts';
import { requireCallable, sessionEndpoint } from './webhooks/new-endpoint.ts';
import { isAllowedReturnUrl } from './workspaces.ts';

export type NewSessions = ReturnType<typeof createNewSessions>;

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'settings' | 'webhookSender'> & { origins: Origins };

/** `webhook`: the endpoint that was made for it. Its secret and the link are in this answer and nowhere else. */
export type IssuedSession = {
  session: ConnectSession;
  url: string;
  webhook: { endpointId: string; secret: Secret<string> } | null;
};

export function createNewSessions(ports: Needs) {
  const { clock, random, store, settings, origins, webhookSender } = ports;
  const clients = createSessionClients(ports);

  async function ownMailbox(workspaceId: string, request: NewConnectSession): Promise<Mailbox | null> {
    if (request.mailboxId === null) {
      if (request.provider === null)
        throw invalidField('/provider', 'is required unless mailbox_id is given');
      return null;
    }
    const mailbox = await store.mailboxes.byId(request.mailboxId);
    if (!mailbox || mailbox.workspaceId !== workspaceId) throw notFound('mailbox');
    if (request.provider !== null && request.provider !== mailbox.provider) {
      throw invalidField('/provider', `the mailbox is at ${mailbox.provider}`);
    }
    return mailbox;
  }

  /** The link is in this answer and nowhere else. `by` null = whoever holds a link of ours. */
  async function issue(
    workspaceId: string,
    request: NewConnectSession,
    by: Principal | null,
  ): Promise<IssuedSession> {
    const mailbox = await ownMailbox(workspaceId, request);
    const withProvider = { ...request, provider: mailbox?.provider ?? request.provider };
    const client = await clients.usable(workspaceId, withProvider, mailbox);
    const token = newToken(ports);
    const now = clock.now();
    const session: ConnectSession = {
      id: random.id(),
      workspaceId,
      oauthClientId: client.id,
      provider: client.provider,
      profile: request.profile,
      tokenHash: hashOfToken(token),
      expectedEmail: expectedAddress(request, mailbox),
      sharedMailbox: sharedAddress(request, mailbox, client),
      mailboxId: mailbox?.id ?? null,
      customer: request.customer ?? mailbox?.customer ?? null,
      mailboxName: request.mailboxName ?? null,
      externalId: request.externalId ?? null,
      completion: request.completion ?? (request.returnUrl ? 'redirect' : 'result_page'),
      returnUrl: request.returnUrl ?? null,
      managedAccountsOnly: request.managedAccountsOnly,
      exclusive: request.exclusive,
      isRetryable: request.isRetryable ?? false,
      surface: request.surface,
      setback: null,
      adminConsentedAt: null,
      outcome: null,
      createdAt: now,
      expiresAt: now + settings.connectSessionSeconds * 1000,
      finishedAt: null,
      readAt: null,
    };
    await requireSound(session, client);
    const { webhookUrl = null } = request;
    if (webhookUrl !== null) await requireCallable(webhookSender, '/webhook_url', webhookUrl);
    const webhook = webhookUrl === null ? null : sessionEndpoint(ports, session, webhookUrl);
    await store.transaction(async (rows) => {
      await rows.connectSessions.insert(session);
      if (webhook) await rows.webhookEndpoints.insert(webhook);
      await record(ports, rows, by ?? { kind: 'mailbox_owner', id: session.id }, {
        workspaceId,
        action: 'connect_session.created',
        objectId: session.id,
        data: { surface: session.surface, mailbox_id: session.mailboxId },
      });
    });
    return {
      session,
      url: `${await origins.ofClient(client)}/connect/${token}`,
      webhook: webhook && { endpointId: webhook.id, secret: webhook.secret },
    };
  }

  /** Throws `invalid_request` for what could only fail later, before the person's eyes. */
  async function requireSound(session: ConnectSession, client: OAuthClient): Promise<void> {
    const isSignIn = client.grantType === 'authorization_code';
    if (!isSignIn && session.expectedEmail === null) {
      throw invalidField('/expected_email', 'is required with an OAuth client that acts without a sign-in');
    }
    if (!isSignIn && session.completion === 'confirm') {
      throw invalidField('/completion', 'there is no sign-in that could be confirmed');
    }
    if (session.completion !== 'result_page' && session.returnUrl === null) {
      throw invalidField('/return_url', 'is required for this completion');
    }
    if (session.completion === 'result_page' && session.returnUrl !== null) {
      throw invalidField('/return_url', 'belongs to the completions redirect and confirm');
    }
    if (session.returnUrl === null) return;
    const workspace = await store.workspaces.byId(session.workspaceId);
    // A dialect whose programs name any return URL goes on without a list; who has entered one, means it.
    const isFree = session.surface !== 'native' && workspace?.settings.returnUrls.length === 0;
    if (!isFree && !(workspace && isAllowedReturnUrl(workspace.settings, session.returnUrl))) {
      throw invalidField('/return_url', "is not among the workspace's return URLs");
    }
  }

  return { issue };
}

/** A shared mailbox is opened by whoever may; who that is, no session says. */
function expectedAddress(request: NewConnectSession, mailbox: Mailbox | null): string | null {
  if (mailbox) return mailbox.delegateEmail ?? mailbox.email;
  return request.expectedEmail?.toLowerCase() ?? null;
}

function sharedAddress(
  request: NewConnectSession,
  mailbox: Mailbox | null,
  client: OAuthClient,
): string | null {
  if (mailbox) return mailbox.delegateEmail === null ? null : mailbox.email;
  const address = request.sharedMailbox?.toLowerCase() ?? null;
  if (address === null) return null;
  if (client.provider !== 'microsoft') throw invalidField('/shared_mailbox', 'belongs to Microsoft only');
  if (client.grantType !== 'authorization_code') {
    throw invalidField(
      '/shared_mailbox',
      'name the mailbox in `expected_email`: this OAuth client needs no delegate',
    );
  }
  return address;
}
