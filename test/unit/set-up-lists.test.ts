// The set-up lists: that they ask for what connect sessions ask for, and that every verdict finds its step.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from '../../src/config.ts';
import {
  GatewayError,
  isReasonCode,
  type Principal,
  type Profile,
  type ReasonCode,
  type SetUpList,
  verdictTable,
} from '../../src/core/index.ts';
import type { NewOAuthClient } from '../../src/core/oauth-clients.ts';
import type { PlannedClient } from '../../src/core/set-up/index.ts';
import { createGateway } from '../../src/gateway.ts';
import { generateKey } from '../../src/stores/keyring.ts';

const publicUrl = 'https://mailgrant.example.com';
const dataDir = mkdtempSync(join(tmpdir(), 'mailgrant-set-up-'));
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const { core, close } = await createGateway(
  loadConfig({
    MAILGRANT_DATA_DIR: dataDir,
    MAILGRANT_KEYRING: generateKey(),
    MAILGRANT_PUBLIC_URL: publicUrl,
    MAILGRANT_JOBS: 'off',
  }),
  { log: silent },
);
after(async () => {
  await close();
  rmSync(dataDir, { recursive: true, force: true });
});

const operator: Principal = {
  keyId: 'operator',
  workspaceId: null,
  isInstallation: true,
  scopes: new Set(['all', 'workspaces:manage']),
  expiresAt: null,
};

const newWorkspace = async (): Promise<Principal & { workspaceId: string }> => {
  const { id } = await core.workspaces.create(operator, { name: 'Acme' });
  return { ...operator, isInstallation: false, workspaceId: id, scopes: new Set(['all']) };
};

const secretText = 'a-client-secret-nobody-may-see';
const newClient = (more: Partial<NewOAuthClient> = {}): NewOAuthClient => ({
  provider: 'microsoft',
  name: 'Ours',
  clientId: '11111111-2222-4333-8444-555555555555',
  credential: { kind: 'secret', value: secretText, expiresAt: null },
  cloud: null,
  entraTenant: null,
  personalAccounts: true,
  ...more,
});

const plans: PlannedClient[] = [
  { provider: 'google' },
  { provider: 'google', personalAccounts: false },
  { provider: 'google', grantType: 'jwt_bearer' },
  ...['common', 'organizations', 'consumers', 'acme.example'].flatMap((entraTenant) =>
    [true, false].map((personalAccounts) => ({
      provider: 'microsoft' as const,
      entraTenant,
      personalAccounts,
    })),
  ),
  { provider: 'microsoft', credentialKind: 'certificate' },
  ...['us-gov-l4', 'us-gov-dod', 'china'].map((cloud) => ({ provider: 'microsoft' as const, cloud })),
  { provider: 'microsoft', grantType: 'client_credentials' },
  { provider: 'microsoft', grantType: 'client_credentials', credentialKind: 'certificate' },
];
const lists = plans.map((plan) => ({ plan: JSON.stringify(plan), list: core.setUpLists.forNew(plan) }));

const valuesOf = (list: SetUpList, step: string): string[] =>
  list.steps.filter((one) => one.step === step).flatMap(({ values }) => values.map(({ value }) => value));

const profiles: Profile[] = ['full', 'api', 'send_only'];
const extraScopes = {
  google: ['https://www.googleapis.com/auth/postmaster.readonly'],
  microsoft: [
    'https://graph.microsoft.com/Calendars.Read',
    'https://outlook.office.com/POP.AccessAsUser.All',
  ],
};

for (const provider of ['google', 'microsoft'] as const) {
  test(`every scope and the redirect URI of a real sign-in at ${provider} stand in the list`, async () => {
    const owner = await newWorkspace();
    const client = await core.oauthClients.create(
      owner,
      newClient({ provider, extraScopes: extraScopes[provider] }),
    );
    const list = await core.setUpLists.of(owner, client.id);
    assert.deepEqual([list.oauthClientId, list.provider], [client.id, provider]);
    const offered = valuesOf(list, provider === 'google' ? 'scopes' : 'permissions');
    for (const profile of profiles) {
      const { url } = await core.connectSessions.create(owner, {
        provider,
        profile,
        oauthClientId: client.id,
        expectedEmail: null,
        mailboxId: null,
        customer: null,
        managedAccountsOnly: false,
        exclusive: false,
        surface: 'native',
      });
      const { authorizationUrl } = await core.authorization.depart(url.slice(url.lastIndexOf('/') + 1));
      const asked = new URL(authorizationUrl).searchParams;
      const scopes = (asked.get('scope') ?? '').split(' ');
      assert.ok(scopes.length > 1);
      for (const scope of scopes) {
        const name = provider === 'google' ? scope : scope.slice(scope.lastIndexOf('/') + 1);
        assert.ok(offered.includes(name), `${profile} asks for ${scope}`);
      }
      assert.ok(valuesOf(list, 'redirect_uri').includes(asked.get('redirect_uri') ?? ''));
    }
    assert.equal(new Set(offered).size, offered.length, 'nothing is listed twice');
  });
}

test("the redirect URI of a workspace's own client is on the workspace's own host", async () => {
  const owner = await newWorkspace();
  const origin = `https://connect-${owner.workspaceId}.example.com`;
  await core.workspaces.changeSettings({ ...owner, isInstallation: true }, { branding: { origin } });
  const client = await core.oauthClients.create(owner, newClient());
  const list = await core.setUpLists.of(owner, client.id);
  assert.deepEqual(valuesOf(list, 'redirect_uri'), ['Web', `${origin}/oauth/callback/${client.id}`]);
});

test('an administrator who delegates a domain finds the numeric id and each profile in one line', () => {
  const list = core.setUpLists.forNew({ provider: 'google', grantType: 'jwt_bearer' });
  const delegation = list.steps.find(({ step }) => step === 'delegation');
  const byLabel = new Map(delegation?.values.map(({ label, value }) => [label, value]));
  assert.match(byLabel.get('Client ID') ?? '', /unique ID/);
  assert.equal(byLabel.get('OAuth scopes, profile full alone'), 'https://mail.google.com/');
  assert.equal(
    byLabel.get('OAuth scopes, all profiles'),
    'https://mail.google.com/,https://www.googleapis.com/auth/gmail.modify,https://www.googleapis.com/auth/gmail.send',
  );
});

test('an app without people is given application permissions and no redirect URI', () => {
  const list = core.setUpLists.forNew({ provider: 'microsoft', grantType: 'client_credentials' });
  assert.deepEqual(valuesOf(list, 'permissions'), [
    'IMAP.AccessAsApp',
    'SMTP.SendAsApp',
    'Mail.ReadWrite',
    'Mail.Send',
  ]);
  const labels = list.steps.find(({ step }) => step === 'permissions')?.values.map(({ label }) => label);
  assert.match(labels?.[0] ?? '', /Office 365 Exchange Online > Application permissions; profile full;/);
  assert.match(labels?.[2] ?? '', /Microsoft Graph > Application permissions; profile api;/);
  assert.deepEqual(valuesOf(list, 'redirect_uri'), []);
  assert.match(
    valuesOf(list, 'service_principal').join('\n'),
    /New-ServicePrincipal .*enterprise application/,
  );
});

test('the list says which permissions an administrator approves, and that sending needs none', () => {
  const list = core.setUpLists.forNew({ provider: 'microsoft' });
  const values = list.steps.find(({ step }) => step === 'permissions')?.values ?? [];
  const labelOf = (name: string) => values.find(({ value }) => value === name)?.label ?? '';
  for (const name of ['IMAP.AccessAsUser.All', 'Mail.ReadWrite']) {
    assert.match(labelOf(name), /Delegated permissions; .*; in an organisation an administrator approves/);
  }
  for (const name of ['SMTP.Send', 'Mail.Send', 'offline_access']) {
    assert.match(labelOf(name), /the mailbox owner may approve$/);
  }
});

test('each choice of account types at Microsoft is told apart, with what it needs here', () => {
  const audienceOf = (entraTenant: string, personalAccounts: boolean) =>
    valuesOf(
      core.setUpLists.forNew({ provider: 'microsoft', entraTenant, personalAccounts }),
      'registration',
    ).at(-1);
  assert.equal(audienceOf('acme.example', false), 'AzureADMyOrg');
  assert.equal(audienceOf('organizations', false), 'AzureADMultipleOrgs');
  assert.equal(audienceOf('common', false), 'AzureADMultipleOrgs');
  assert.equal(audienceOf('common', true), 'AzureADandPersonalMicrosoftAccount');
  assert.equal(audienceOf('consumers', true), 'PersonalMicrosoftAccount');
});

test('entries that contradict each other are named where they are chosen', () => {
  const registrationOf = (plan: Omit<PlannedClient, 'provider'>) =>
    core.setUpLists
      .forNew({ provider: 'microsoft', ...plan })
      .steps.find(({ step }) => step === 'registration')
      ?.what.join(' ') ?? '';
  assert.match(
    registrationOf({ entraTenant: 'consumers', personalAccounts: false }),
    /Set `personal_accounts` to true/,
  );
  assert.match(
    registrationOf({ entraTenant: 'organizations', personalAccounts: true }),
    /before they come here/,
  );
  assert.match(
    registrationOf({ cloud: 'china', personalAccounts: true }),
    /no personal accounts in this cloud/,
  );
  assert.doesNotMatch(registrationOf({ entraTenant: 'common' }), /refused \(|before they|in this cloud/);
});

test('each national cloud has its own console', () => {
  const consoleOf = (cloud: string) =>
    core.setUpLists.forNew({ provider: 'microsoft', cloud }).steps[0]?.url?.split('/')[2];
  assert.deepEqual(['global', 'us-gov-l4', 'us-gov-dod', 'china'].map(consoleOf), [
    'entra.microsoft.com',
    'entra.microsoft.us',
    'entra.microsoft.us',
    'entra.microsoftonline.cn',
  ]);
});

/** Verdicts for the workspace that no registration can mend. */
const notOfRegistrations: ReasonCode[] = [
  'mailbox_in_other_workspace',
  'mailbox_switched_off',
  'address_held_by_other_account',
  'oauth_client_deleted',
  'grant_ending_idle',
  'basic_auth_refused',
];

/** Of what others must do, that which only registration or organisation can mend. */
const ofAdministrators: ReasonCode[] = [
  'admin_consent_required',
  'delegation_missing',
  'app_only_not_allowed',
  'blocked_by_policy',
  'session_control',
  'smtp_auth_disabled',
  'user_not_assigned',
  'consent_required',
  'credential_unavailable',
];

test('every verdict about a registration is repaired by a step', () => {
  const repaired = new Set(lists.flatMap(({ list }) => list.steps.flatMap(({ remedyFor }) => remedyFor)));
  const ofWorkspaces = Object.keys(verdictTable)
    .filter(isReasonCode)
    .filter((code) => verdictTable[code].actor === 'workspace' && !notOfRegistrations.includes(code));
  assert.ok(ofWorkspaces.includes('client_misconfigured'));
  const lost = [...ofWorkspaces, ...ofAdministrators].filter((code) => !repaired.has(code));
  assert.deepEqual(lost, []);
});

test('whatever the kind of registration, its list repairs the verdicts that it can meet', () => {
  for (const { plan, list } of lists) {
    const repaired = new Set(list.steps.flatMap(({ remedyFor }) => remedyFor));
    for (const code of ['client_misconfigured', 'client_unknown', 'test_mailbox_needed'] as const) {
      assert.ok(repaired.has(code), `${plan}: ${code}`);
    }
    const isSignIn = list.grantType === 'authorization_code';
    assert.equal(repaired.has('redirect_uri_mismatch'), isSignIn, plan);
  }
});

test('no step is without text, and none stands twice', () => {
  for (const { plan, list } of lists) {
    assert.ok(list.steps.length >= 7, plan);
    const names = list.steps.map(({ step }) => step);
    assert.equal(new Set(names).size, names.length, plan);
    for (const { step, title, where, what, values, url } of list.steps) {
      const texts = [title, where, ...what, ...values.flatMap(({ label, value }) => [label, value])];
      assert.ok(what.length > 0, `${plan}: ${step}`);
      for (const text of texts) {
        assert.ok(text.trim() !== '' && !/undefined|null|\[object/.test(text), `${plan}: ${step}: ${text}`);
      }
      assert.ok(url === null || new URL(url).protocol === 'https:', `${plan}: ${step}`);
    }
  }
});

test('the list of an entered client shows what is entered and never the credential', async () => {
  const owner = await newWorkspace();
  const expiresAt = Date.UTC(2090, 0, 1);
  const credential = { kind: 'secret' as const, value: secretText, expiresAt };
  const client = await core.oauthClients.create(
    owner,
    newClient({ entraTenant: 'Acme.example', credential }),
  );
  const list = await core.setUpLists.of(owner, client.id);
  const text = JSON.stringify(list);
  assert.ok(!text.includes(secretText));
  assert.ok(valuesOf(list, 'enter_here').includes('acme.example'));
  assert.ok(valuesOf(list, 'enter_here').includes(`PATCH /v1/oauth-clients/${client.id}`));
  assert.deepEqual(valuesOf(list, 'credential'), ['2090-01-01T00:00:00.000Z']);
  assert.ok(list.steps.some(({ url }) => url?.includes(`/~/Authentication/appId/${client.clientId}`)));
  assert.ok(!text.includes('<id of the OAuth client>'));
});

test("another workspace's client has no list, and a key without the scope gets none", async () => {
  const [owner, stranger] = [await newWorkspace(), await newWorkspace()];
  const client = await core.oauthClients.create(owner, newClient());
  const codeIs = (code: string) => (error: unknown) => error instanceof GatewayError && error.code === code;
  await assert.rejects(core.setUpLists.of(stranger, client.id), codeIs('not_found'));
  const weak = { ...owner, scopes: new Set(['tokens:read'] as const) };
  await assert.rejects(core.setUpLists.of(weak, client.id), codeIs('permission_denied'));
});

test('a list is refused for what the provider does not have', () => {
  const refuses = (plan: PlannedClient) =>
    assert.throws(
      () => core.setUpLists.forNew(plan),
      (error) => error instanceof GatewayError && error.code === 'invalid_request',
    );
  refuses({ provider: 'google', grantType: 'client_credentials' });
  refuses({ provider: 'google', credentialKind: 'certificate' });
  refuses({ provider: 'microsoft', grantType: 'jwt_bearer' });
  refuses({ provider: 'google', cloud: 'china' });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

test('the commands for a certificate make one that is taken, with its end', {
  skip: hasOpenssl ? false : 'openssl is not installed',
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-certificate-'));
  const run = (command: string): string => {
    const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  try {
    const list = core.setUpLists.forNew({ provider: 'microsoft', credentialKind: 'certificate' });
    const values = list.steps.find(({ step }) => step === 'credential')?.values ?? [];
    const commandOf = (label: string) => values.find((one) => one.label === label)?.value ?? 'false';
    run(commandOf('Make key and certificate'));
    const value = run(commandOf('Text to enter here'));
    assert.match(run(commandOf('Thumbprint to compare')), /(?:[0-9A-F]{2}:){19}[0-9A-F]{2}/);
    const owner = await newWorkspace();
    const credential = { kind: 'certificate' as const, value, expiresAt: null };
    const client = await core.oauthClients.create(owner, newClient({ credential }));
    const days = ((client.credential.expiresAt ?? 0) - Date.now()) / 86_400_000;
    assert.ok(days > 364 && days <= 365, `${days} days`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
