// Mailboxes whose tokens somebody else obtained and hands to us. Nothing is believed: the refresh token is used
// once, the address is asked for, and every transport is proved, before a row is written.
import { type AddressClaim, addressIssuer, objectionToClaim } from './address-claims.ts';
import { record } from './audit.ts';
import { addressLock, writeConnection } from './connection-rows.ts';
import type { ReasonCode } from './diagnosis.ts';
import { GatewayError, notFound } from './errors.ts';
import { raise } from './events.ts';
import { objectionToExternalId } from './external-ids.ts';
import { firstProof } from './first-proof.ts';
import { createImportClients } from './import-clients.ts';
import type { InFlight } from './in-flight.ts';
import { type MailboxSettingsChanges, mergeSettings, noSettings } from './mailbox-settings.ts';
import type { Mailbox } from './mailboxes.ts';
import { oauthClientPaused } from './oauth-client-pause.ts';
import type { OAuthClient, ProviderName } from './oauth-clients.ts';
import type { Attempt, Identity, IssuedTokens, Ports, Profile, ProviderWords } from './ports.ts';
import { type Principal, workspaceFor } from './principal.ts';
import { objectionToProof } from './proofs.ts';
import { type Secret, secret } from './secret.ts';
import { sooner, type TransportResult, type Verification, type Verifier } from './verification.ts';

export type ImportRequest = {
  provider: ProviderName;
  /** Which registration the tokens were given to: named, entered with the tokens, or looked for. */
  oauthClient:
    | { kind: 'id'; id: string }
    | { kind: 'entered'; clientId: string; clientSecret: string; name: string; entraTenant: string | null }
    | { kind: 'chosen'; owner: 'any' | 'workspace' | 'installation' };
  refreshToken: string;
  /** As the caller has it; null = unknown. */
  scope: string | null;
  /** Null = as the provider says. */
  email: string | null;
  name: string | null;
  customer: string | null;
  externalId: string | null;
  /** The mailbox that keeps its id; null = the one with the address, else a new one. */
  mailboxId: string | null;
  settings: MailboxSettingsChanges;
  /** Refuse a mailbox that another workspace has. */
  exclusive: boolean;
  /** For the whole of it; left out, the single time-outs add up. A provider that is slower is `provider_timeout`. */
  withinSeconds?: number;
};

export type ImportOutcome =
  | { ok: true; mailbox: Mailbox; isNew: boolean; results: TransportResult[] }
  | { ok: false; reason: ReasonCode; provider: ProviderWords | null; results: TransportResult[] };

type Needs = Pick<Ports, 'clock' | 'random' | 'log' | 'store' | 'providers' | 'settings'> & {
  verifier: Verifier;
  inFlight: InFlight;
};

type Refusal = Extract<ImportOutcome, { ok: false }>;

/** `isVouchedFor`: the provider itself named the address. */
type Known = Identity & { email: string; isVouchedFor: boolean };

export type Imports = ReturnType<typeof createImports>;

export function createImports(ports: Needs) {
  const { clock, log, store, providers, settings, verifier, inFlight } = ports;
  const { findClient, storeEntered } = createImportClients(ports);

  /**
   * The scopes to try, best guess first: what the caller says; else none at all, which means those of the grant
   * (RFC 6749 section 6), and then what each profile would ask for.
   */
  function guesses(
    client: OAuthClient,
    scope: string | null,
  ): { resource: string | null; scopes: string[] }[] {
    const provider = providers[client.provider];
    const said =
      scope === null
        ? []
        : provider.resourcesOf(client, scope).map((resource) => ({
            resource,
            scopes: provider.scopesOfResource(client, resource, scope),
          }));
    if (said.length > 0) return said.slice(0, 1);
    const asked = (['full', 'api'] satisfies Profile[]).map((profile) => {
      const resource = provider.primaryResource(client, profile);
      const all = provider.scopesFor(client, profile).join(' ');
      return { resource, scopes: provider.scopesOfResource(client, resource, all) };
    });
    return [{ resource: null, scopes: [] }, ...asked];
  }

  async function refresh(
    client: OAuthClient,
    request: ImportRequest,
    whole: AbortSignal | null,
  ): Promise<Attempt<{ resource: string; tokens: IssuedTokens; scope: string }>> {
    let last: Attempt<never> | null = null;
    for (const { resource, scopes } of guesses(client, request.scope)) {
      const attempt = await providers[client.provider].refresh(
        client,
        { refreshToken: secret(request.refreshToken), scopes, entraTenantId: null },
        sooner(clock.deadline(settings.providerTimeoutSeconds * 1000), whole),
      );
      if (attempt.ok) {
        const scope = attempt.value.scope ?? request.scope ?? scopes.join(' ');
        const opened = providers[client.provider].resourcesOf(client, scope)[0];
        const primary = resource ?? opened ?? providers[client.provider].primaryResource(client, 'full');
        return { ok: true, value: { resource: primary, tokens: attempt.value, scope } };
      }
      last = attempt;
      // Anything but "not for this resource", or "say which", would be the same for the next guess.
      if (attempt.failure.kind !== (scopes.length === 0 ? 'request' : 'grant')) break;
    }
    if (last === null) throw new Error('a provider without profiles');
    return last;
  }

  /** Who the tokens belong to; by address where the provider lets nobody ask. */
  async function identify(
    client: OAuthClient,
    tokens: { accessToken: Secret<string>; scope: string },
    email: string | null,
    whole: AbortSignal | null,
  ): Promise<Known | Refusal> {
    const signal = sooner(clock.deadline(settings.providerTimeoutSeconds * 1000), whole);
    const attempt = await providers[client.provider].identify(client, tokens, signal);
    if (!attempt.ok) return refusal(attempt.failure.reason, attempt.failure.provider);
    const identity = attempt.value;
    const said = email?.toLowerCase() ?? null;
    if (identity?.email && said !== null && identity.email !== said) return refusal('wrong_mailbox');
    const address = said ?? identity?.email ?? null;
    if (address === null) return refusal('address_missing');
    if (identity) return { ...identity, email: address, isVouchedFor: identity.email === address };
    return {
      issuer: addressIssuer,
      subject: address,
      email: address,
      name: '',
      entraTenantId: null,
      isManaged: true,
      isVouchedFor: false,
    };
  }

  return {
    /**
     * Throws `not_found` for a foreign mailbox, `conflict` for an `externalId` that is another's,
     * `oauth_client_paused`; everything the provider or the mail
     * servers say is an outcome. Refuses when no transport works and waiting would not help; a mail server that
     * is down keeps nobody out whose address the provider vouches for. Takes at most the provider's time-out twice and
     * one probe's, or `withinSeconds`.
     */
    import: (principal: Principal, request: ImportRequest): Promise<ImportOutcome> =>
      inFlight.track(importOnce(principal, request)),
  };

  async function importOnce(principal: Principal, request: ImportRequest): Promise<ImportOutcome> {
    const workspaceId = workspaceFor(principal, 'mailboxes:create');
    // What cannot be stored must be refused before a refresh token is spent on it.
    mergeSettings(noSettings, request.settings);
    const whole = request.withinSeconds === undefined ? null : clock.deadline(request.withinSeconds * 1000);
    if (request.mailboxId !== null) {
      const mailbox = await store.mailboxes.byId(request.mailboxId);
      if (mailbox?.workspaceId !== workspaceId) throw notFound('mailbox');
    }
    const client = await findClient(workspaceId, request);
    if (!client) return refusal('client_unknown');
    if (client.status === 'paused' && request.oauthClient.kind !== 'entered') throw oauthClientPaused(client);
    const refreshed = await refresh(client, request, whole);
    if (!refreshed.ok) return refusal(refreshed.failure.reason, refreshed.failure.provider);
    const { resource, tokens, scope } = refreshed.value;
    const provider = providers[client.provider];
    const transports = provider.transports(client, scope);
    if (transports.length === 0) return refusal('scope_missing');
    const identity = await identify(client, { accessToken: tokens.accessToken, scope }, request.email, whole);
    if ('reason' in identity) return identity;
    const claim = claimOf(workspaceId, request, identity.email);
    const taken = await objectionToClaim(store, claim);
    if (taken) return refusal(taken.reason);
    const login = { email: identity.email, accessToken: tokens.accessToken, scope, names: 'own' } as const;
    const objection = await objectionToExternalId(store, {
      workspaceId,
      externalId: request.externalId,
      email: identity.email,
      mailboxId: request.mailboxId,
    });
    if (objection) {
      throw new GatewayError('conflict', 'This address and this name belong to different mailboxes.', {
        extras: { mailboxId: objection.mailbox.id },
      });
    }
    const results = await verifier.prove(client, transports, login, whole);
    const disproof = objectionToProof(results, identity);
    if (disproof) return { ...refusal(disproof.reason), results };

    const stored = await write({ ...principal, workspaceId }, request, client, identity, {
      resource,
      tokens,
      scope,
      verification: { verifiedAt: clock.now(), results },
    });
    if ('reason' in stored) return refusal(stored.reason);
    log.debug('a mailbox was imported', { mailboxId: stored.mailbox.id });
    return { ok: true, ...stored, results };
  }

  /** A reason when another workspace has the address by now and the import is exclusive. */
  function write(
    principal: Principal & { workspaceId: string },
    request: ImportRequest,
    client: OAuthClient,
    identity: Known,
    proved: { resource: string; tokens: IssuedTokens; scope: string; verification: Verification },
  ): Promise<{ mailbox: Mailbox; isNew: boolean } | Pick<Refusal, 'reason'>> {
    const { workspaceId } = principal;
    const { tokens, resource, scope, verification } = proved;
    const now = verification.verifiedAt;
    return store.transaction(async (rows) => {
      // In this order everywhere: the registration, then the address.
      const isEntered = request.oauthClient.kind === 'entered';
      const oauthClient = isEntered ? await storeEntered(rows, principal, client) : client;
      await rows.lock(addressLock(identity.email));
      const taken = await objectionToClaim(rows, claimOf(workspaceId, request, identity.email));
      if (taken) return taken;
      const connection = {
        workspaceId,
        oauthClient,
        identity,
        delegateEmail: null,
        aliases: null,
        refreshToken: tokens.refreshToken ?? secret(request.refreshToken),
        refreshTokenExpiresInSeconds: tokens.refreshTokenExpiresInSeconds,
        scope,
        tokenSets: [{ resource, tokens }],
        mailboxId: request.mailboxId,
        customer: request.customer,
        name: request.name,
        externalId: request.externalId,
        settings: request.settings,
        verification,
      };
      const { mailbox, isNew } = await writeConnection(ports, rows, connection, now);
      await raise(ports, rows, {
        workspaceId,
        type: isNew ? 'mailbox.connected' : 'mailbox.reconnected',
        objectId: mailbox.id,
        data: {
          email: identity.email,
          imported: true,
          ...(isNew && verification.results.every(({ ok }) => ok) ? firstProof : {}),
        },
        createdAt: now,
      });
      await record(ports, rows, principal, {
        workspaceId,
        action: 'mailbox.imported',
        objectId: mailbox.id,
        data: { is_new: isNew },
      });
      return { mailbox, isNew };
    });
  }
}

/** Tokens that open the mailbox replace those that it has, whoever's these are. */
const claimOf = (workspaceId: string, { exclusive }: ImportRequest, email: string): AddressClaim => ({
  workspaceId,
  email,
  exclusive,
  mayReplace: () => true,
});

const refusal = (reason: ReasonCode, provider: ProviderWords | null = null): Refusal => ({
  ok: false,
  reason,
  provider,
  results: [],
});
