// The doctor: what is wrong with one mailbox, found out step by step, from its switch to its domain, each step with
// what the provider or the mail server said and who must act. It looks, renews and proves; how each finding is judged
// is in doctor-judgements.ts.
import type { Credentials } from './client-credentials.ts';
import type { ClientExamination, ClientExaminations } from './client-examination.ts';
import { type Verdict, verdictOf } from './diagnosis.ts';
import {
  type Judgement,
  judgeDomain,
  judgeGrant,
  judgeMailbox,
  judgeOAuthClient,
  judgeRefresh,
  judgeScope,
  judgeTransport,
  passed,
  skipped,
  transportTitles,
} from './doctor-judgements.ts';
import { notFound } from './errors.ts';
import { countLinkUse, type LinkBound } from './link-uses.ts';
import type { Links } from './links.ts';
import { effectiveScope } from './lost-scopes.ts';
import type { Mailbox } from './mailboxes.ts';
import type { MailboxWithGrant, Ports, ProviderWords, Transport } from './ports.ts';
import { type Principal, requireScope, workspaceFor } from './principal.ts';
import { readSignedToken } from './signed-link.ts';
import type { Tokens } from './tokens.ts';
import type { Verifier } from './verification.ts';
import type { Workspace } from './workspaces.ts';

/** `refresh` comes once for each resource that the grant opens, each transport at most once. */
export type DoctorStepName =
  | 'mailbox'
  | 'oauth_client'
  | 'grant'
  | 'refresh'
  | 'scope'
  | Transport
  | 'domain';

export type DoctorStep = {
  step: DoctorStepName;
  title: string;
  /** `warned`: works, but something is worth a look. `skipped`: could not be tried, `detail` says why. */
  result: 'passed' | 'failed' | 'skipped' | 'warned';
  /** Null when passed, and where the detail says all there is to say. */
  verdict: Verdict | null;
  detail: string | null;
  /** What the authorization server said; without secrets. */
  provider: ProviderWords | null;
  durationMilliseconds: number;
};

export type Diagnosis = {
  mailbox: Mailbox;
  workspace: Workspace;
  examinedAt: number;
  /** The link that shows a diagnosis of this mailbox to whoever opens it. */
  url: string;
  steps: DoctorStep[];
  /** The verdict of the first failure, or `ok`. */
  summary: Verdict;
  /** True when reconnecting is what helps. */
  helpsReconnecting: boolean;
  /** For the mailbox owner; null where it does not help, and for whoever has no more than a diagnosis link. */
  reconnectUrl: string | null;
};

/** A token this young was renewed a moment ago: asking again would prove nothing more. */
const youngMilliseconds = 60_000;
const lookupMilliseconds = 8000;
const linkBound = {
  purpose: 'diagnosis',
  usesMax: 1,
  windowMilliseconds: 60_000,
} as const satisfies LinkBound;
/** Workspaces that a search for an address goes through. */
const searchMax = 20_000;

type Needs = Pick<Ports, 'clock' | 'store' | 'providers' | 'domains' | 'linkSigner'> & {
  links: Links;
  tokens: Tokens;
  verifier: Verifier;
  clientExaminations: ClientExaminations;
  credentials: Credentials;
};

export type Doctor = ReturnType<typeof createDoctor>;

export function createDoctor(ports: Needs) {
  const { clock, store, providers, domains, links, tokens, verifier, clientExaminations, credentials } =
    ports;

  async function timed(
    step: DoctorStepName,
    title: string,
    judging: Promise<Judgement> | Judgement,
  ): Promise<DoctorStep> {
    const startedAt = clock.now();
    const judgement = await judging;
    return { step, title, ...judgement, durationMilliseconds: clock.now() - startedAt };
  }

  async function load(mailboxId: string): Promise<MailboxWithGrant> {
    const joined = await store.mailboxes.withGrant(mailboxId);
    if (!joined) throw notFound('mailbox');
    return joined;
  }

  /** Those that the grant opens; one that is lost altogether opens nothing. */
  function resourcesOf({ grant, oauthClient }: MailboxWithGrant): string[] {
    const provider = providers[grant.provider];
    const transports = provider.transports(oauthClient, grant.scope);
    const proved = transports.flatMap((transport) => provider.resourceOf(oauthClient, transport) ?? []);
    return [...new Set([...proved, ...provider.resourcesOf(oauthClient, grant.scope)])];
  }

  async function renew(
    { grant }: MailboxWithGrant,
    resource: string,
    { isYoungEnough }: { isYoungEnough: boolean },
  ): Promise<Judgement> {
    const stored = isYoungEnough ? await store.tokenSets.find(grant.id, resource) : null;
    const now = clock.now();
    if (grant.status === 'active' && stored && stored.obtainedAt > now - youngMilliseconds) {
      const seconds = Math.round((now - stored.obtainedAt) / 1000);
      return passed(`The token was issued ${seconds} seconds ago.`);
    }
    return judgeRefresh(await tokens.obtain(grant, resource, { minTtlSeconds: 0, forceRefresh: true }));
  }

  /** One renewal after the other: each may bring another refresh token. */
  async function renewAll(joined: MailboxWithGrant, options: { isYoungEnough: boolean }): Promise<Renewal[]> {
    const renewals: Renewal[] = [];
    for (const resource of resourcesOf(joined)) {
      const title = `A new token for ${resource}`;
      const last = renewals.at(-1)?.step;
      // A resource that was given up is not the others' trouble; a dead grant, or a provider that is down, is.
      const isHopeless = last?.result === 'failed' && last.verdict?.code !== 'scope_missing';
      const judging = isHopeless
        ? skipped('The provider gave no token for another resource.')
        : renew(joined, resource, options);
      renewals.push({ resource, step: await timed('refresh', title, judging) });
    }
    return renewals;
  }

  /** Proof of every transport whose token is good; null when the proof itself ended the grant or paused the client. */
  async function prove(
    mailboxId: string,
    renewals: readonly Renewal[],
    startedAt: number,
  ): Promise<DoctorStep[] | null> {
    const { grant, oauthClient } = await load(mailboxId);
    const provider = providers[grant.provider];
    const isRenewed = (transport: Transport): boolean => {
      const resource = provider.resourceOf(oauthClient, transport);
      return renewals.some(({ resource: name, step }) => name === resource && step.result === 'passed');
    };
    const open = provider.transports(oauthClient, effectiveScope(grant));
    const verification = open.some(isRenewed) ? await verifier.verify(mailboxId) : null;
    const after = await load(mailboxId);
    if (after.grant.status !== 'active' || after.oauthClient.status === 'paused') return null;
    const fresh = verification !== null && verification.verifiedAt >= startedAt ? verification.results : [];
    const judge = (transport: Transport): Judgement => {
      if (!open.includes(transport)) return skipped('The permission for it is gone.');
      const result = fresh.find((one) => one.transport === transport);
      return isRenewed(transport) && result ? judgeTransport(result) : skipped(noToken);
    };
    return provider.transports(oauthClient, grant.scope).map((transport) => ({
      step: transport,
      title: transportTitles[transport],
      ...judge(transport),
      durationMilliseconds: fresh.find((one) => one.transport === transport)?.durationMilliseconds ?? 0,
    }));
  }

  /** The steps that need the provider; none of them is tried when one before has failed. */
  async function tryOut(joined: MailboxWithGrant, isHopeful: boolean): Promise<DoctorStep[]> {
    const startedAt = clock.now();
    if (!isHopeful) return notTried(joined);
    let renewals = await renewAll(joined, { isYoungEnough: true });
    const proofs = await prove(joined.mailbox.id, renewals, startedAt);
    // A mail server refused a young token, and then the provider refused another one: that is the finding.
    if (proofs === null && renewals.every(({ step }) => step.result === 'passed')) {
      renewals = await renewAll(await load(joined.mailbox.id), { isYoungEnough: false });
    }
    const after = await load(joined.mailbox.id);
    const isRenewed = renewals.some(({ step }) => step.result === 'passed');
    const scope = isRenewed
      ? judgeScope(ports, after)
      : skipped('No token came back whose permissions could be compared.');
    return [
      ...renewals.map(({ step }) => step),
      await timed('scope', scopeTitle, scope),
      ...(proofs ?? notProved(after, noToken)),
    ];
  }

  function notTried(joined: MailboxWithGrant): DoctorStep[] {
    const reason = 'A step before it must be mended first.';
    const renewals = resourcesOf(joined).map((resource) =>
      notDone('refresh', `A new token for ${resource}`, reason),
    );
    return [...renewals, notDone('scope', scopeTitle, reason), ...notProved(joined, reason)];
  }

  const notProved = ({ grant, oauthClient }: MailboxWithGrant, reason: string): DoctorStep[] =>
    providers[grant.provider]
      .transports(oauthClient, grant.scope)
      .map((transport) => notDone(transport, transportTitles[transport], reason));

  async function domainStep({ mailbox }: MailboxWithGrant): Promise<DoctorStep> {
    const domain = mailbox.email.slice(mailbox.email.lastIndexOf('@') + 1);
    const looking = domains.mx(domain, clock.deadline(lookupMilliseconds));
    const judging = looking.then((hosts) => judgeDomain(mailbox.provider, domain, hosts));
    return timed('domain', `The mail of ${domain}`, judging);
  }

  async function diagnose(joined: MailboxWithGrant): Promise<Diagnosis> {
    const { mailbox, grant, oauthClient } = joined;
    const examinedAt = clock.now();
    const workspace = await store.workspaces.byId(mailbox.workspaceId);
    if (!workspace) throw notFound('mailbox');
    const stored = [
      await timed('mailbox', 'The mailbox is switched on', judgeMailbox(mailbox)),
      await timed(
        'oauth_client',
        // What the operator calls a shared one is nobody else's business.
        oauthClient.workspaceId === null ? 'The OAuth client' : `The OAuth client ${oauthClient.name}`,
        judgeOAuthClient(oauthClient, { now: examinedAt, canOpen: credentials.canOpen }),
      ),
      await timed('grant', 'The permission of the mailbox', judgeGrant(grant, examinedAt)),
    ];
    const isHopeful = stored.every(({ result }) => result !== 'failed');
    const [tried, domain] = await Promise.all([tryOut(joined, isHopeful), domainStep(joined)]);
    const steps = [...stored, ...tried, domain];
    const failure = steps.find(({ result }) => result === 'failed');
    const isMendedByReconnecting = helpsReconnecting(steps);
    return {
      mailbox,
      workspace,
      examinedAt,
      url: await links.diagnosisUrl(mailbox.id, oauthClient),
      steps,
      summary: failure?.verdict ?? verdictOf('ok'),
      helpsReconnecting: isMendedByReconnecting,
      reconnectUrl: isMendedByReconnecting ? await links.reconnectUrl(mailbox.id, oauthClient) : null,
    };
  }

  return {
    /**
     * Renews every token that is not a minute old and proves every transport; what is found is stored as any other
     * proof is. Throws `not_found`. Nothing that a provider or a mail server does is an error.
     */
    async examine(principal: Principal, mailboxId: string): Promise<Diagnosis> {
      const workspaceId = workspaceFor(principal, 'mailboxes:update');
      const joined = await store.mailboxes.withGrant(mailboxId);
      if (joined?.mailbox.workspaceId !== workspaceId) throw notFound('mailbox');
      return diagnose(joined);
    },

    /** What a link is for, without examining anything: link scanners look too. Null when it is forged or over. */
    async invitation(token: string): Promise<Pick<Diagnosis, 'mailbox' | 'workspace' | 'url'> | null> {
      const mailboxId = readSignedToken(ports, 'diagnosis', token)?.parts[0];
      const joined = mailboxId === undefined ? null : await store.mailboxes.withGrant(mailboxId);
      const workspace = joined && (await store.workspaces.byId(joined.mailbox.workspaceId));
      if (!workspace) return null;
      const { mailbox, oauthClient } = joined;
      return {
        mailbox,
        workspace,
        url: new URL(token, await links.diagnosisUrl(mailbox.id, oauthClient)).href,
      };
    },

    /**
     * An examination for whoever holds the link; null when it is forged or over, or the mailbox is gone. Throws
     * `rate_limited`: a link may be opened by anybody, so a mailbox is examined once a minute by its links. A
     * reconnect link is for the mailbox owner alone, and this one may be in anybody's hands: none is handed out.
     */
    async examineByLink(token: string): Promise<Diagnosis | null> {
      const mailboxId = readSignedToken(ports, 'diagnosis', token)?.parts[0];
      const joined = mailboxId === undefined ? null : await store.mailboxes.withGrant(mailboxId);
      if (!joined) return null;
      await countLinkUse(ports, linkBound, [joined.mailbox.id]);
      const diagnosis = await diagnose(joined);
      // The link that was opened, not a new one: it must not make itself last.
      return { ...diagnosis, url: new URL(token, diagnosis.url).href, reconnectUrl: null };
    },

    /**
     * Mailboxes by id or address: of the principal's workspace, or of all of them for a key of the installation that
     * names none.
     */
    async find(principal: Principal, idOrEmail: string): Promise<Mailbox[]> {
      requireScope(principal, 'mailboxes:read');
      if (!principal.isInstallation) workspaceFor(principal, 'mailboxes:read');
      const { workspaceId } = principal;
      if (!idOrEmail.includes('@')) {
        const mailbox = await store.mailboxes.byId(idOrEmail);
        return mailbox && (workspaceId === null || mailbox.workspaceId === workspaceId) ? [mailbox] : [];
      }
      const found: Mailbox[] = [];
      for (const id of workspaceId === null ? await allWorkspaces() : [workspaceId]) {
        const mailbox = await store.mailboxes.byEmail(id, idOrEmail.toLowerCase());
        if (mailbox) found.push(mailbox);
      }
      return found;
    },

    /** The examination of an OAuth client, whoever's it is, for a key of the installation. Throws `not_found`. */
    async examineOAuthClient(
      principal: Principal,
      id: string,
      email: string | null,
    ): Promise<ClientExamination> {
      const client = await store.oauthClients.byId(id);
      const isAnybodys = principal.isInstallation && principal.workspaceId === null;
      const acting = client && isAnybodys ? { ...principal, workspaceId: client.workspaceId } : principal;
      return clientExaminations.examine(acting, id, email);
    },
  };

  async function allWorkspaces(): Promise<string[]> {
    const ids: string[] = [];
    for (let after: string | null = null; ids.length < searchMax; ) {
      const page: Awaited<ReturnType<typeof store.workspaces.list>> = await store.workspaces.list({
        after,
        limit: 200,
      });
      ids.push(...page.items.map(({ id }) => id));
      after = page.next;
      if (after === null) break;
    }
    return ids;
  }
}

type Renewal = { resource: string; step: DoctorStep };

const noToken = 'There is no token to prove it with.';
const scopeTitle = 'The permissions that came back';

const notDone = (step: DoctorStepName, title: string, reason: string): DoctorStep => ({
  step,
  title,
  ...skipped(reason),
  durationMilliseconds: 0,
});

/** What a new consent mends: a grant that is over, a permission that is gone, whatever only the owner can do. */
function helpsReconnecting(steps: readonly DoctorStep[]): boolean {
  const first = steps.find(({ result }) => result === 'failed');
  if (!first?.verdict || first.verdict.healsItself) return false;
  const isOver = first.step === 'grant' || first.step === 'scope';
  const isGone = first.verdict.code === 'oauth_client_deleted';
  return isOver || isGone || first.verdict.actor === 'mailbox_owner';
}
