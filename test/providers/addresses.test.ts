// The addresses of an account: its own and its aliases, and none that it was not asked for rightly.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { secret } from '../../src/core/secret.ts';
import { createEgress } from '../../src/egress.ts';
import { builtInEndpoints } from '../../src/providers/endpoints.ts';
import { createProviders } from '../../src/providers/index.ts';
import { hanging, html, json, oauthClient, type Respond, startServer, systemClock } from './helpers.ts';
import { type SandboxWorld, startSandboxWorld } from './sandbox-world.ts';

const signal = new AbortController().signal;
const gmail = 'https://www.googleapis.com/auth/gmail';
const graph = 'https://graph.microsoft.com';

let world: SandboxWorld;
before(async () => {
  world = await startSandboxWorld();
  world.sandbox.google.setUser('bob@corp.test', { aliases: ['Sales@corp.test'] });
  world.sandbox.microsoft.setUser('erin@contoso.test', { aliases: ['Sales@contoso.test'] });
});
after(() => world?.close());

const addressesOf = async (name: 'google' | 'microsoft', login: string, scope: string): Promise<string[]> => {
  const [grant] = await world.sandbox[name].mint({ login, scope });
  assert.ok(grant);
  const tokens = { accessToken: secret(grant.accessToken), scope: grant.scope };
  return world.providers[name].addresses(world.registered(name), tokens, signal);
};

test('an account names its own address and its aliases, in lower case', async () => {
  for (const scope of ['https://mail.google.com/', `${gmail}.modify`, `${gmail}.settings.basic`]) {
    assert.deepEqual(await addressesOf('google', 'bob@corp.test', scope), [
      'bob@corp.test',
      'sales@corp.test',
    ]);
  }
  assert.deepEqual(await addressesOf('microsoft', 'erin@contoso.test', `${graph}/User.Read`), [
    'erin@contoso.test',
    'sales@contoso.test',
  ]);
});

test('a token that may not ask is not tried', async () => {
  assert.deepEqual(await addressesOf('google', 'bob@corp.test', `openid ${gmail}.send`), []);
  const outlook = 'https://outlook.office.com/IMAP.AccessAsUser.All';
  assert.deepEqual(await addressesOf('microsoft', 'erin@contoso.test', outlook), []);
  assert.deepEqual(await addressesOf('microsoft', 'erin@contoso.test', `${graph}/Mail.Send`), []);
});

const answered = async (respond: Respond, ends = signal): Promise<string[][]> => {
  const server = await startServer(respond);
  const egress = createEgress();
  const { google, microsoft } = builtInEndpoints;
  assert.ok(google.default && microsoft.global);
  const providers = createProviders({
    endpoints: {
      ...builtInEndpoints,
      google: { default: { ...google.default, gmailApi: server.origin } },
      microsoft: { global: { ...microsoft.global, graph: server.origin } },
    },
    egressFetch: egress.fetch,
    egressPost: egress.post,
    clock: systemClock,
  });
  const accessToken = secret('a-token');
  const lists = [
    await providers.google.addresses(
      oauthClient('google'),
      { accessToken, scope: 'https://mail.google.com/' },
      ends,
    ),
    await providers.microsoft.addresses(
      oauthClient('microsoft'),
      { accessToken, scope: `${graph}/User.Read` },
      ends,
    ),
  ];
  await egress.close();
  await server.close();
  return lists;
};

test('only verified aliases of the account count, and of a directory only what delivers to the mailbox', async () => {
  const sendAs = [
    { sendAsEmail: 'Own@a.test', isPrimary: true },
    { sendAsEmail: 'verified@a.test', verificationStatus: 'accepted', treatAsAlias: true },
    { sendAsEmail: 'pending@a.test', verificationStatus: 'pending', treatAsAlias: true },
    { sendAsEmail: 'written-as@a.test', verificationStatus: 'accepted', treatAsAlias: false },
    { sendAsEmail: 'untold@a.test', verificationStatus: 'accepted' },
    { sendAsEmail: 'unsaid@a.test' },
    { sendAsEmail: 7, isPrimary: true },
    null,
  ];
  const me = {
    mail: 'Own@b.test',
    userPrincipalName: 'own@b.test',
    otherMails: ['private@c.test'],
    proxyAddresses: ['SMTP:own@b.test', 'smtp:Alias@b.test', 'SIP:sip@b.test', 'smtp:nonsense', 9],
  };
  assert.deepEqual(await answered(json(200, { sendAs, ...me })), [
    ['own@a.test', 'verified@a.test'],
    ['own@b.test', 'alias@b.test'],
  ]);
});

test('trouble of any kind gives no address', async () => {
  const behaviours = [
    json(200, { sendAs: 'x', proxyAddresses: {} }),
    json(401, {}),
    json(429, {}),
    html(200),
  ];
  for (const respond of behaviours) assert.deepEqual(await answered(respond), [[], []]);
  assert.deepEqual(await answered(hanging, AbortSignal.timeout(50)), [[], []]);
});
