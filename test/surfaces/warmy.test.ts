// Warmy's API v2 as its clients see it, against the whole gateway and the sandbox: the vendor's printed request, every
// operation's reply field by field, settings, states, pages and filters.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../src/system.ts';
import { assertGolden } from '../support/golden.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';
import { createWarmyClient, type WarmyClient } from './clients/warmy.ts';
import {
  addOwnClients,
  googleMailbox,
  guideScope,
  holderUid,
  outlookMailbox,
  ownClients,
  warmyClient,
} from './warmy-world.ts';

let installation: Installation;
let client: WarmyClient;
/** Milliseconds by which the gateway's clock is ahead. */
let ahead = 0;

before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  installation = await startInstallation({ substitutes: { clock } });
  addOwnClients(installation);
  client = warmyClient(installation);
});
after(() => installation.close());

const idOf = (reply: unknown): number => Number(memberOf(memberOf(reply, 'data'), 'id'));
const emailsOf = (items: unknown): unknown[] =>
  Array.isArray(items) ? items.map((item) => memberOf(item, 'email')) : [];
const list = async (query: string) => {
  const { status, body } = await client.send('GET', `/api/v2/mailboxes${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  return { body, emails: emailsOf(memberOf(body, 'items')), pagination: memberOf(body, 'pagination') };
};

/** The workspace's own OAuth clients, as the native API tells them. */
async function privateClients(): Promise<Record<string, unknown>[]> {
  const { body } = await installation.call('GET', '/v1/oauth-clients');
  const items = Object.values(body).find(Array.isArray) ?? [];
  return items.filter((item) => Object.values(ownClients).some((own) => own.clientId === item.client_id));
}

/** Curl's `client;` is a header that is there and empty. */
async function printedRequest(mailbox: Record<string, unknown>, key: string) {
  const response = await fetch(`${installation.address}/api/v2/mailboxes`, {
    method: 'POST',
    headers: {
      client: '',
      'access-token': key,
      uid: '',
      'holder-uid': holderUid,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ mailbox }),
  });
  return { status: response.status, body: await response.json() };
}

describe('the request that the guide prints', () => {
  it('connects an Outlook mailbox by Graph alone, its address derived from the token', async () => {
    const mailbox = await outlookMailbox(installation, { login: 'erin@contoso.test' });
    const { status, body } = await printedRequest(mailbox, installation.apiKey);
    assert.equal(status, 201, JSON.stringify(body));
    assertGolden('warmy', 'create-mailbox', body);
    const { body: native } = await installation.call('GET', '/v1/mailboxes');
    const [stored] = Object.values(native).find(Array.isArray) ?? [];
    assert.equal(stored.email, 'erin@contoso.test');
    assert.equal(stored.name, 'your_from_name_here');
    assert.equal(stored.customer, holderUid);
    assert.equal(stored.status, 'connected');
    const token = await installation.call('POST', `/v1/mailboxes/${stored.id}/token`, {});
    assert.equal(token.status, 200, token.text);
    assert.match(String(token.body.scope), /Mail\.Read/);
  });

  it('is 401 with the empty credentials of the print, before the body is looked at', async () => {
    const { status, body } = await printedRequest({}, '');
    assert.equal(status, 401);
    assertGolden('warmy', 'error', body);
  });

  it('updates the same mailbox when it is sent again', async () => {
    const mailbox = await outlookMailbox(installation, { login: 'frank@contoso.test' });
    const first = await printedRequest(mailbox, installation.apiKey);
    const second = await printedRequest(mailbox, installation.apiKey);
    assert.deepEqual([first.status, second.status], [201, 200]);
    assert.equal(idOf(first.body), idOf(second.body));
    assertGolden('warmy', 'create-mailbox', second.body);
  });

  it('is one mailbox and one OAuth client when it is sent many times at once', async () => {
    const login = 'many@contoso.test';
    installation.sandbox.microsoft.addUser({ login });
    const mailbox = await outlookMailbox(installation, { login });
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => printedRequest(mailbox, installation.apiKey)),
    );
    assert.equal(new Set(replies.map(({ body }) => idOf(body))).size, 1, JSON.stringify(replies));
    assert.equal(replies.filter(({ status }) => status === 201).length, 1);
    assert.equal((await privateClients()).length, 1);
  });

  it('makes one private OAuth client of the workspace, whose secret never comes back', async () => {
    const clients = await privateClients();
    assert.deepEqual(
      clients.map((one) => [one.client_id, one.provider]),
      [[ownClients.microsoft.clientId, 'microsoft']],
    );
    assert.ok(!JSON.stringify(clients).includes(ownClients.microsoft.clientSecret));
  });
});

describe('which tokens are taken', () => {
  const sets: [string, string][] = [
    ['Mail.Read', 'User.Read Mail.Read offline_access'],
    ['Mail.Send', 'User.Read Mail.Send offline_access'],
    ['Mail.ReadWrite', 'https://graph.microsoft.com/Mail.ReadWrite User.Read offline_access'],
    [
      'IMAP and SMTP',
      'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access',
    ],
  ];
  for (const [name, scope] of sets) {
    it(`those of Outlook with ${name}`, async () => {
      const login = `${name.replaceAll(/\W/g, '').toLowerCase()}@contoso.test`;
      installation.sandbox.microsoft.addUser({ login, name });
      const mailbox = { ...(await outlookMailbox(installation, { login, scope })), email: login };
      const reply = await client.createMailbox(mailbox);
      const one = await client.getMailbox(idOf(reply));
      assert.equal(memberOf(one, 'email'), login);
      assert.equal(memberOf(one, 'state_key'), 'not_active');
    });
  }

  it('those of Google, with token_credential_uri as documented, as in the endpoint table, and without', async () => {
    const mailbox = await googleMailbox(installation, { login: 'bob@corp.test' });
    const first = idOf(await client.createMailbox(mailbox));
    const { token_credential_uri: _, ...rest } = mailbox;
    assert.equal(idOf(await client.createMailbox(rest)), first);
    const [ours] = installation.gateway.core.oauthClients.tokenUrls('google');
    assert.equal(idOf(await client.createMailbox({ ...rest, token_credential_uri: ours })), first);
    assert.equal(memberOf(await client.getMailbox(first), 'provider'), 'oauth_google');
  });

  it('those with an access token that has ended, as long as the refresh token works', async () => {
    const mailbox = await googleMailbox(installation, { login: 'gina@corp.test' });
    const ended = { ...mailbox, access_token: 'ended', expires_at: 1_700_000_000 };
    assert.ok(idOf(await client.createMailbox(ended)) > 0);
  });
});

describe('credentials of a caller', () => {
  const trio = () => ({ client: 'any', accessToken: installation.apiKey, uid: 'me@example.test' });

  it('are taken in both generations, header names in any case', async () => {
    const older = createWarmyClient(installation.address, { generation: 'older', ...trio(), holderUid });
    assertGolden('warmy', 'tariff-plan-types', await older.tariffPlanTypes());
    assertGolden('warmy', 'tariff-plan-types', await client.tariffPlanTypes());
  });

  it('need no holder-uid', async () => {
    const older = createWarmyClient(installation.address, { generation: 'older', ...trio() });
    assert.equal((await older.send('GET', '/api/v2/mailboxes?per_page=1')).status, 200);
  });

  it('work below the surface’s own prefix too', async () => {
    const own = createWarmyClient(`${installation.address}/compat/warmy`, {
      generation: 'current',
      apiKey: installation.apiKey,
    });
    assertGolden('warmy', 'tariff-plan-types', await own.tariffPlanTypes());
    assert.equal((await own.send('GET', '/api/v2/mailboxes/999999')).status, 404);
  });
});

describe('one mailbox', () => {
  let id = 0;
  before(async () => {
    const mailbox = await outlookMailbox(installation, { login: 'erin@contoso.test' });
    id = idOf(await client.createMailbox(mailbox));
  });

  it('is read with what this server knows, and warm-up inactive with the reason', async () => {
    const reply = await client.getMailbox(id);
    const ours = ['id', 'provider', 'state', 'group_id', 'holder_uid', 'tariff_plan_type_id', 'setting'];
    assertGolden('warmy', 'get-mailbox', reply, { ours: [...ours, 'created_at', 'updated_at'] });
    assert.equal(memberOf(reply, 'warmup_active'), false);
    assert.equal(memberOf(reply, 'state_key'), 'not_active');
    assert.match(String(memberOf(reply, 'state_description')), /no warm-up traffic/);
    assert.equal(memberOf(memberOf(reply, 'setting'), 'speed_mode'), 'fast');
  });

  it('is the same with a trailing slash', async () => {
    const paths = [`/api/v2/mailboxes/${id}`, `/api/v2/mailboxes/${id}/`];
    const [plain, slashed] = await Promise.all(paths.map((path) => client.send('GET', path)));
    assert.deepEqual(slashed?.body, plain?.body);
  });

  const settings = { setting_mode: 'detail_custom', start_on_day_one: 5, increase_per_day: 2 };
  it('keeps and returns nested settings', async () => {
    const nested = { ...settings, user_max_limit: 40, reply_rate: 35 };
    const reply = await client.updateMailbox(id, {
      setting_attributes: { id, ...nested },
      from_name: 'Erin',
    });
    assertGolden('warmy', 'update-mailbox', reply, { ours: ['data'] });
    const read = await client.getMailbox(id);
    assert.deepEqual(memberOf(read, 'setting'), { id, speed_mode: 'fast', ...nested });
    assert.equal(memberOf(read, 'sending_limit'), 40);
    assert.equal(memberOf(read, 'from_name'), 'Erin');
  });

  it('keeps and returns flat settings, numbers as text included', async () => {
    await client.updateMailbox(id, { speed_mode: 'slow', user_max_limit: '12', group_id: 7 });
    const read = await client.getMailbox(id);
    const expected = { id, ...settings, speed_mode: 'slow', user_max_limit: 12, reply_rate: 35 };
    assert.deepEqual(memberOf(read, 'setting'), expected);
    assert.equal(memberOf(read, 'group_id'), 7);
  });

  it('keeps its settings when it is connected again', async () => {
    const { setting_attributes: _, ...mailbox } = await outlookMailbox(installation, {
      login: 'erin@contoso.test',
      scope: guideScope,
    });
    await client.createMailbox(mailbox);
    assert.equal(memberOf(memberOf(await client.getMailbox(id), 'setting'), 'user_max_limit'), 12);
  });

  it('starts paused, keeps the wish to be active, and says that nothing runs', async () => {
    assert.equal(memberOf(await client.getMailbox(id), 'status'), 'paused');
    const reply = await client.updateState(id, 'activate!');
    assertGolden('warmy', 'update-state', reply, { ours: ['data'] });
    assert.match(JSON.stringify(memberOf(reply, 'message')), /no warm-up traffic/);
    const active = await client.getMailbox(id);
    assert.deepEqual(
      ['state', 'status', 'warmup_active'].map((name) => memberOf(active, name)),
      ['active', 'inactive', false],
    );
    const { status, body } = await client.send('PUT', `/api/v2/mailboxes/${id}/update_state`, {
      mailbox: { state: 'activate!' },
    });
    assert.equal(status, 422);
    assertGolden('warmy', 'error-transition', body);
    await client.updateState(id, 'pause!');
    assert.equal(memberOf(await client.getMailbox(id), 'state'), 'paused');
  });

  it('changes its plan, also to none', async () => {
    assertGolden('warmy', 'change-tariff-plan', await client.changeTariffPlan(id, 1), { ours: ['data'] });
    assert.equal(memberOf(await client.getMailbox(id), 'tariff_plan_type_id'), 1);
    await client.changeTariffPlan(id, null);
    assert.equal(memberOf(await client.getMailbox(id), 'tariff_plan_type_id'), null);
  });

  it('asks to be reconnected when its grant has died, and is well after a new POST', async () => {
    const login = 'dave@outlook.test';
    const dying = idOf(await client.createMailbox(await outlookMailbox(installation, { login })));
    await installation.sandbox.microsoft.revokeUser(login);
    const { body } = await installation.call('GET', `/v1/mailboxes?email=${encodeURIComponent(login)}`);
    const [stored] = Object.values(body).find(Array.isArray) ?? [];
    // A token that is only seconds old would not be refreshed.
    ahead = 60_000;
    await installation.call('POST', `/v1/mailboxes/${stored.id}/verify`);
    assert.equal(memberOf(await client.getMailbox(dying), 'state_key'), 'reconnect');
    const again = await client.createMailbox(await outlookMailbox(installation, { login }));
    assert.equal(idOf(again), dying);
    assert.equal(memberOf(await client.getMailbox(dying), 'state_key'), 'not_active');
  });

  it('is deleted with or without a body, once', async () => {
    const logins = ['gone1@contoso.test', 'gone2@contoso.test'];
    for (const [index, login] of logins.entries()) {
      installation.sandbox.microsoft.addUser({ login });
      const made = idOf(await client.createMailbox(await outlookMailbox(installation, { login })));
      const reason = index === 0 ? { reason: 'user_requested', reason_text: 'test' } : undefined;
      assertGolden('warmy', 'delete-mailbox', await client.deleteMailbox(made, reason), { ours: ['data'] });
      assert.equal((await client.send('DELETE', `/api/v2/mailboxes/${made}`)).status, 404);
    }
  });
});

describe('lists', () => {
  it('have items and pagination', async () => {
    const { body } = await list('');
    const ours = [
      'provider',
      'state',
      'group_id',
      'holder_uid',
      'tariff_plan_type_id',
      'setting',
      'settings',
    ];
    const times = ['created_at', 'updated_at'];
    assertGolden('warmy', 'list-mailboxes', body, {
      ours: [...ours, ...times].map((name) => `items[].${name}`),
    });
  });

  it('have ids and addresses only when simple ones are asked for', async () => {
    const { body } = await list('?response_type=simple&per_page=20&page=1');
    assertGolden('warmy', 'list-mailboxes-simple', body);
  });

  it('are complete and without repetition over any number of pages', async () => {
    const whole = (await list('?per_page=100')).emails;
    const paged = emailsOf(await client.allMailboxes(2));
    assert.ok(whole.length > 4);
    assert.deepEqual(paged, whole);
    const sorted = emailsOf(await client.allMailboxes(2, { 'sorting[email]': 'asc' }));
    assert.deepEqual(sorted, whole.map(String).sort());
  });

  it('hold at most 100 on a page, and none beyond the last', async () => {
    assert.equal(memberOf((await list('?per_page=5000')).pagination, 'limit_value'), 100);
    const beyond = await list('?page=99');
    assert.deepEqual(
      [beyond.emails, memberOf(beyond.pagination, 'next_page'), memberOf(beyond.pagination, 'prev_page')],
      [[], null, 98],
    );
  });

  const filters: [string, (emails: string[]) => string[]][] = [
    ['?filter[email]=ERIN@', (emails) => emails.filter((email) => email.startsWith('erin@'))],
    ['?filter[providers][]=oauth_google', (emails) => emails.filter((email) => email.endsWith('@corp.test'))],
    [
      '?filter%5Bproviders%5D%5B%5D%5B%5D=GOOGLE&filter%5Bproviders%5D%5B%5D%5B%5D=OUTLOOK',
      (emails) => emails,
    ],
    ['?filter[providers][]=yahoo', () => []],
    ['?filter[domains][]=corp.test', (emails) => emails.filter((email) => email.endsWith('@corp.test'))],
    ['?filter[group_id]=7', () => ['erin@contoso.test']],
    ['?filter[unknown]=1&other=2', (emails) => emails],
  ];
  for (const [query, expected] of filters) {
    it(`can be narrowed by ${query}`, async () => {
      const all = (await list('?per_page=100')).emails.map(String);
      const separator = query.includes('?') ? '&' : '?';
      const narrowed = (await list(`${query}${separator}per_page=100`)).emails;
      assert.deepEqual(narrowed, expected(all));
      if (query.includes('group_id')) assert.equal(narrowed.length, 1);
    });
  }

  it('tell the domains and providers that filters may name', async () => {
    const domains = (await client.send('GET', '/api/v2/mailboxes/domains_list')).body;
    const providers = (await client.send('GET', '/api/v2/mailboxes/providers_list/')).body;
    assertGolden('warmy', 'domains-list', domains);
    assertGolden('warmy', 'providers-list', providers);
    assert.match(JSON.stringify(domains), /"corp\.test"/);
    assert.match(JSON.stringify(providers), /"oauth_google".*"oauth_outlook"/);
  });
});

it('no reply and no log line holds a secret', async () => {
  const { body } = await list('?per_page=100');
  const secrets = installation.sandbox.mintedSecrets();
  for (const text of [JSON.stringify(body), installation.logged()]) {
    for (const secret of secrets) assert.ok(!text.includes(secret));
    assert.ok(!text.includes(installation.apiKey));
  }
});
