// The examination of an OAuth client: what can be tried of a registration at the provider without a person, each with
// what to do when it fails. Whoever activates a client sees its mistakes here, not in the first mailbox owner's browser.
import { record } from './audit.ts';
import type { Credentials } from './client-credentials.ts';
import { type ReasonCode, verdictOf } from './diagnosis.ts';
import { notFound } from './errors.ts';
import { raise } from './events.ts';
import { pauseOAuthClient } from './oauth-client-pause.ts';
import { isUnowned, type OAuthClient } from './oauth-clients.ts';
import { type Origins, redirectUriOf } from './origins.ts';
import type { Ports, ProviderWords, RegistrationFinding } from './ports.ts';
import { type Principal, requireScope } from './principal.ts';

export type ExaminationStep = {
  subject: RegistrationFinding['subject'] | 'expiry' | 'next_credential' | 'mailbox';
  /** `unknown` = only a person's sign-in can tell. */
  result: RegistrationFinding['result'];
  reason: ReasonCode | null;
  provider: ProviderWords | null;
};

export type ClientExamination = { examinedAt: number; steps: ExaminationStep[] };

/** From here on the end of a credential is worth a word. */
const expirySoonMilliseconds = 30 * 24 * 3600 * 1000;

export type ClientExaminations = ReturnType<typeof createClientExaminations>;

type Needs = Pick<Ports, 'clock' | 'random' | 'store' | 'providers' | 'settings'> & {
  credentials: Credentials;
  origins: Origins;
};

export function createClientExaminations(ports: Needs) {
  const { clock, store, providers, settings, credentials, origins } = ports;

  async function tryWith(
    client: OAuthClient,
    credential: OAuthClient['credential'],
    email: string | null,
  ): Promise<RegistrationFinding[]> {
    if (isUnowned(client)) {
      return [{ subject: 'client_id', result: 'failed', reason: 'client_misconfigured', provider: null }];
    }
    const opened = await credentials.open(credential, true);
    if (!opened) {
      const reason = 'credential_unavailable';
      return [{ subject: 'credential', result: 'failed', reason, provider: null }];
    }
    const redirectUri = redirectUriOf(await origins.ofClient(client), client.id);
    return providers[client.provider].examine(
      { ...client, opened },
      { redirectUri, email },
      clock.deadline(settings.providerTimeoutSeconds * 2000),
    );
  }

  function expiryStep({ provider, credential, nextCredential }: OAuthClient): ExaminationStep {
    const step = { subject: 'expiry', provider: null } as const;
    if (credential.expiresAt === null) {
      // Entra's secrets all end, after two years at most.
      const isEndless = provider !== 'microsoft' || credential.kind !== 'secret' || nextCredential !== null;
      return isEndless
        ? { ...step, result: 'passed', reason: null }
        : { ...step, result: 'unknown', reason: 'client_secret_end_unknown' };
    }
    const isSoon = credential.expiresAt - clock.now() < expirySoonMilliseconds;
    const isHandled = nextCredential !== null || !isSoon;
    return isHandled
      ? { ...step, result: 'passed', reason: null }
      : { ...step, result: 'failed', reason: 'client_secret_expiring' };
  }

  /** A mailbox that was refreshed since the client was changed last is the best proof there is. */
  async function mailboxStep(client: OAuthClient): Promise<ExaminationStep> {
    const usedAt = await store.oauthClients.lastUsedAt(client.id);
    const isProved = usedAt !== null && usedAt >= client.updatedAt;
    const step = { subject: 'mailbox', provider: null } as const;
    return isProved
      ? { ...step, result: 'passed', reason: null }
      : { ...step, result: 'unknown', reason: 'test_mailbox_needed' };
  }

  return {
    /**
     * Only the owner may. What was found is stored and acted on, unless the client was changed meanwhile. A client that
     * the provider refuses is paused; a next credential that passes where the current one is refused takes its place;
     * a paused client with a credential that passes is active again. `email`: a mailbox to try a delegation with.
     * Throws `not_found`; everything the provider says is a step.
     */
    async examine(principal: Principal, id: string, email: string | null): Promise<ClientExamination> {
      requireScope(principal, 'oauth_clients:update');
      const client = await store.oauthClients.byId(id);
      if (!client || client.deletedAt !== null || client.workspaceId !== principal.workspaceId) {
        throw notFound('OAuth client');
      }
      const findings = await tryWith(client, client.credential, email);
      const next = client.nextCredential ? await tryWith(client, client.nextCredential, email) : [];
      const steps: ExaminationStep[] = [
        ...findings,
        expiryStep(client),
        ...next
          .filter(({ subject }) => subject === 'credential')
          .map((finding) => ({ ...finding, subject: 'next_credential' as const })),
        await mailboxStep(client),
      ];
      const examination = { examinedAt: clock.now(), steps };
      if (await keep(principal, client, examination)) await act(client, { findings, next });
      return examination;
    },
  };

  /** False when the client was changed since it was read: what was found is of what it was before. */
  async function keep(
    principal: Principal,
    { id, workspaceId, updatedAt }: OAuthClient,
    examination: ClientExamination,
  ): Promise<boolean> {
    return store.transaction(async (rows) => {
      await rows.lock(`oauth client ${id}`);
      const client = await rows.oauthClients.byId(id);
      const isKept = client?.updatedAt === updatedAt && (await rows.oauthClients.update(id, { examination }));
      const data = { kept: isKept };
      await record(ports, rows, principal, {
        workspaceId,
        action: 'oauth_client.examined',
        objectId: id,
        data,
      });
      return isKept;
    });
  }

  async function act(client: OAuthClient, { findings, next }: Record<'findings' | 'next', Finding[]>) {
    const refusal = refusalIn(findings);
    const isNextGood = isProved(next);
    if (refusal !== null) {
      // As in any call in which the one is refused and the other taken.
      if (isNextGood) return credentials.promoteNext(client);
      if (client.status === 'active') await pauseOAuthClient(ports, client, refusal);
      return;
    }
    if (client.status === 'paused' && (isProved(findings) || isNextGood)) await resume(client);
  }

  async function resume(client: OAuthClient): Promise<void> {
    const at = clock.now();
    await store.transaction(async (rows) => {
      await rows.lock(`oauth client ${client.id}`);
      const now = await rows.oauthClients.byId(client.id);
      if (now?.status !== 'paused' || now.updatedAt !== client.updatedAt) return;
      const updatedAt = Math.max(at, now.updatedAt + 1);
      const active = { status: 'active', pausedReason: null, pausedAt: null, pausedWords: null } as const;
      await rows.oauthClients.update(client.id, { ...active, updatedAt });
      await raise(ports, rows, {
        workspaceId: client.workspaceId,
        type: 'oauth_client.resumed',
        objectId: client.id,
        data: {},
        createdAt: at,
      });
    });
  }
}

type Finding = RegistrationFinding;

/** Why the provider does not know the client or its credential, if that is for the workspace to repair. */
function refusalIn(findings: Finding[]): { reason: ReasonCode; provider: Finding['provider'] } | null {
  for (const { subject, result, reason, provider } of findings) {
    const isRefusal = result === 'failed' && isRegistrationItself(subject);
    if (isRefusal && reason !== null && isOwn(reason)) return { reason, provider };
  }
  return null;
}

const isProved = (findings: Finding[]): boolean =>
  refusalIn(findings) === null &&
  findings.some(({ subject, result }) => subject === 'credential' && result === 'passed');

const isRegistrationItself = (subject: Finding['subject']): boolean =>
  subject === 'client_id' || subject === 'credential';

/** What the workspace has to repair at the provider; a provider that is down says nothing about the client. */
const isOwn = (reason: ReasonCode): boolean => verdictOf(reason).actor === 'workspace';
