// save-oauth of the Smartlead surface: the vendor's example as printed, tokens proved by real logins, updates,
// the choice of the OAuth client, and every way in which it refuses.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { namedFaults } from '../../sandbox/index.ts';
import { assertGolden } from '../support/golden.ts';
import {
  type Answer,
  type Call,
  type Installation,
  memberOf,
  startInstallation,
} from '../support/installation.ts';
import { accountOf, addOwnClient, base, save, scopes } from './smartlead-world.ts';

let installation: Installation;
let call: Call;

before(async () => {
  installation = await startInstallation({ environment: { MAILGRANT_SURFACES: 'smartlead' } });
  call = installation.call;
  installation.sandbox.google.addUser({ login: 'john@gmail.com', name: 'John Doe' });
});
after(() => installation.close());
afterEach(() => {
  installation.sandbox.google.configure({ fault: null });
  installation.sandbox.microsoft.configure({ fault: null });
});

const post = (body: unknown, as: Call = call): Promise<Answer> => as('POST', `${base}/save-oauth`, body);
const idOf = ({ body }: Answer): number => Number(memberOf(body.data, 'id'));

/** The vendor's example, its credentials aside. */
async function printedExample(): Promise<Record<string, unknown>> {
  const { token } = await accountOf(installation, 'john@gmail.com');
  return {
    from_name: 'John Doe',
    from_email: 'john@gmail.com',
    username: 'john@gmail.com',
    type: 'GMAIL',
    token: {
      scope: 'https://mail.google.com/',
      token_type: 'Bearer',
      access_token: memberOf(token, 'access_token'),
      refresh_token: memberOf(token, 'refresh_token'),
      expiry_date: 1732627200000,
    },
    warmup_enabled: true,
    use_whitelabel_credentials: true,
    total_warmup_per_day: 20,
    daily_rampup: 2,
    max_email_per_day: 50,
  };
}

describe('an account is saved', () => {
  it('with the request that the vendor prints, its long past expiry_date included, and the reply it prints', async () => {
    const refreshes = installation.sandbox.google.stats().refreshes;
    const response = await fetch(`${installation.address}${base}/save-oauth?api_key=${installation.apiKey}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(await printedExample()),
    });
    const body: unknown = await response.json();
    assert.equal(response.status, 200, JSON.stringify(body));
    assertGolden('smartlead', 'save-oauth', body);
    assert.equal(memberOf(memberOf(body, 'data'), 'from_email'), 'john@gmail.com');
    assert.equal(installation.sandbox.google.stats().refreshes, refreshes + 1);
  });

  it('for Outlook, with what a library leaves in its token', async () => {
    const answer = await post(
      await accountOf(installation, 'erin@contoso.test', {
        provider: 'microsoft',
        token: {
          expiry: '2026-01-01T00:00:00Z',
          expires_in: 3599,
          ext_expires_in: 3599,
          id_token: 'e30.e30.',
        },
      }),
    );
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.body.data, {
      id: idOf(answer),
      from_email: 'erin@contoso.test',
      type: 'OUTLOOK',
      is_smtp_success: true,
      is_imap_success: true,
    });
  });

  it('for each Outlook scope that the vendor names, `.default` included', async () => {
    for (const scope of ['https://outlook.office.com/.default', scopes.microsoft]) {
      const token = { scope };
      const answer = await post(
        await accountOf(installation, 'frank@contoso.test', { provider: 'microsoft', token }),
      );
      assert.equal(answer.status, 200, answer.text);
      assert.equal(memberOf(answer.body.data, 'is_smtp_success'), true);
      assert.equal(memberOf(answer.body.data, 'is_imap_success'), true);
    }
  });

  it('with all settings of the vendor, each of which is told again, and no secret with them', async () => {
    const id = await save(installation, 'bob@corp.test', {
      changes: {
        id: null,
        username: 'bob.login@corp.test',
        max_email_per_day: 40,
        custom_tracking_url: 'https://track.corp.test',
        bcc: 'archive@corp.test',
        time_to_wait_in_mins: 7,
        signature: '<b>Bob</b>',
        warmup_enabled: true,
        total_warmup_per_day: 15,
        daily_rampup: 3,
        reply_rate_percentage: 30,
        client_id: 77,
      },
    });
    const { body, text } = await call('GET', `${base}/${id}`);
    const told = {
      from_name: body.from_name,
      username: body.username,
      message_per_day: body.message_per_day,
      custom_tracking_domain: body.custom_tracking_domain,
      bcc_email: body.bcc_email,
      minTimeToWaitInMins: body.minTimeToWaitInMins,
      signature: body.signature,
      client_id: body.client_id,
      use_whitelabel_credentials: body.use_whitelabel_credentials,
    };
    assert.deepEqual(told, {
      from_name: 'John Doe',
      username: 'bob.login@corp.test',
      message_per_day: 40,
      custom_tracking_domain: 'https://track.corp.test',
      bcc_email: 'archive@corp.test',
      minTimeToWaitInMins: 7,
      signature: '<b>Bob</b>',
      client_id: 77,
      use_whitelabel_credentials: false,
    });
    const warmup = body.warmup_details;
    assert.equal(memberOf(warmup, 'warmup_max_count'), 15);
    assert.equal(memberOf(warmup, 'daily_rampup'), 3);
    assert.equal(memberOf(warmup, 'reply_rate'), 30);
    assert.equal(memberOf(warmup, 'status'), 'INACTIVE');
    assert.match(String(memberOf(warmup, 'blocked_reason')), /no warm-up messages/);
    for (const secret of installation.sandbox.mintedSecrets()) assert.ok(!text.includes(secret));
  });

  it('with both statuses as the servers answered: SMTP switched off is not a success', async () => {
    installation.sandbox.microsoft.addUser({ login: 'nosmtp@contoso.test', smtpAuthDisabled: true });
    const answer = await post(
      await accountOf(installation, 'nosmtp@contoso.test', { provider: 'microsoft' }),
    );
    assert.equal(answer.status, 200, answer.text);
    assert.equal(memberOf(answer.body.data, 'is_imap_success'), true);
    assert.equal(memberOf(answer.body.data, 'is_smtp_success'), false);
    const { body } = await call('GET', `${base}/${idOf(answer)}`);
    assert.match(String(body.smtp_failure_error), /switched off/);
    assert.equal(body.imap_failure_error, null);
  });

  it('once: the same call again, with a newer token, keeps the id and the settings it does not name', async () => {
    const first = await save(installation, 'gina@corp.test', { changes: { max_email_per_day: 33 } });
    const second = await save(installation, 'gina@corp.test', { changes: { from_name: 'Gina' } });
    assert.equal(second, first);
    const { body } = await call('GET', `${base}/${first}`);
    assert.deepEqual([body.message_per_day, body.from_name], [33, 'Gina']);
  });

  it('once, when a program repeats the call at the same time', async () => {
    const account = await accountOf(installation, 'carol@gmail.test');
    const answers = await Promise.all([post(account), post(account), post(account)]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.equal(new Set(answers.map(idOf)).size, 1);
  });

  it('by id, which reconnects that account; an id of another address or of nobody is refused', async () => {
    const id = await save(installation, 'gina@corp.test');
    assert.equal(await save(installation, 'gina@corp.test', { changes: { id } }), id);
    const other = await post(await accountOf(installation, 'bob@corp.test', { changes: { id } }));
    assert.equal(other.status, 400, other.text);
    const unknown = await post(await accountOf(installation, 'gina@corp.test', { changes: { id: 99_999 } }));
    assert.deepEqual([unknown.status, unknown.body.errorCode], [400, 'ACCOUNT_NOT_FOUND']);
  });
});

describe('the OAuth client is the one that can refresh', () => {
  before(() => addOwnClient(installation, 'google', 'own-google-client'));

  for (const useWhitelabel of [true, false]) {
    it(`use_whitelabel_credentials ${useWhitelabel}: tokens of either client are taken, and the wish is kept`, async () => {
      for (const clientId of ['own-google-client', undefined]) {
        const id = await save(installation, 'alice@gmail.test', {
          ...(clientId === undefined ? {} : { clientId }),
          changes: { use_whitelabel_credentials: useWhitelabel },
        });
        const { body } = await call('GET', `${base}/${id}`);
        assert.equal(body.use_whitelabel_credentials, useWhitelabel);
        assert.equal(body.is_imap_success, true);
      }
    });
  }

  it('a missing own client is named when the other one is refused', async () => {
    const other = await installation.addWorkspace('No client of its own');
    const account = await accountOf(installation, 'alice@gmail.test', {
      clientId: 'own-google-client',
      changes: { use_whitelabel_credentials: true },
    });
    const { status, body } = await post(account, other.call);
    assert.deepEqual([status, body.message], [400, 'Invalid or expired OAuth token']);
    assert.match(String(body.error), /no OAuth client of its own for GMAIL/);
  });
});

describe('an account is refused', () => {
  it('with 400 for a token that the provider refuses, and for one without a refresh token', async () => {
    for (const token of [{ refresh_token: 'withdrawn' }, { refresh_token: null }]) {
      const { status, body } = await post(await accountOf(installation, 'john@gmail.com', { token }));
      assert.equal(status, 400);
      assertGolden('smartlead', 'token-refused', body, { ours: ['error'] });
    }
  });

  it('with 400 when the mailbox belongs to another workspace, whose id is not told', async () => {
    await save(installation, 'gina@corp.test');
    const other = await installation.addWorkspace('Other');
    const { status, body } = await post(await accountOf(installation, 'gina@corp.test'), other.call);
    assert.equal(status, 400);
    assertGolden('smartlead', 'held-elsewhere', body, { ours: ['error'] });
  });

  it('with 400 when the mail servers let nobody in, or the address is not the account’s', async () => {
    installation.sandbox.microsoft.addUser({
      login: 'closed@contoso.test',
      imapDisabled: true,
      smtpAuthDisabled: true,
    });
    const closed = await post(
      await accountOf(installation, 'closed@contoso.test', { provider: 'microsoft' }),
    );
    assert.equal(closed.status, 400, closed.text);
    assertGolden('smartlead', 'verification-failed', closed.body);
    const wrong = await post(
      await accountOf(installation, 'john@gmail.com', { changes: { from_email: 'else@gmail.com' } }),
    );
    assert.deepEqual([wrong.status, wrong.body.ok], [400, false], wrong.text);
  });

  it('with 400 that says so when no OAuth client for the provider is set up', async () => {
    const lonely = await startInstallation({ environment: { MAILGRANT_SURFACES: 'smartlead' } });
    try {
      const own = await lonely.gateway.core.apiKeys.authenticate(lonely.apiKey);
      const operator = { ...own, isInstallation: true, workspaceId: null };
      const visible = await lonely.gateway.core.oauthClients.list(own, { after: null, limit: 10 });
      for (const { id } of visible.items)
        await lonely.gateway.core.oauthClients.remove(operator, id, { force: false });
      const { status, body } = await post(await accountOf(lonely, 'alice@gmail.test'), lonely.call);
      assert.equal(status, 400);
      assert.match(String(body.message), /no shared OAuth client for GMAIL/);
    } finally {
      await lonely.close();
    }
  });

  it('with 503 and Retry-After, not 400, while the provider is down', async () => {
    installation.sandbox.google.configure({ fault: { on: 'refresh', status: 503 } });
    const { status, headers, body } = await post(await accountOf(installation, 'john@gmail.com'));
    assert.equal(status, 503);
    assert.match(headers.get('retry-after') ?? '', /^\d+$/);
    assert.equal(body.ok, false);
    installation.sandbox.google.configure({ fault: namedFaults.rateLimited('refresh', 30) });
    assert.equal((await post(await accountOf(installation, 'john@gmail.com'))).status, 503);
  });

  it('within ten seconds, even when everything hangs', async () => {
    const account = await accountOf(installation, 'john@gmail.com');
    const hanging = [{ on: 'refresh', delayMs: 6000 } as const, { on: 'imap', hang: true } as const];
    installation.sandbox.google.configure({ fault: [...hanging, { on: 'smtp', hang: true }] });
    const begun = performance.now();
    const { status, headers, body } = await post(account);
    const seconds = (performance.now() - begun) / 1000;
    assert.ok(seconds < 10, `${seconds} s`);
    // Nothing proved that the token is this address's, and nothing refused it: the caller is asked to come again.
    assert.deepEqual([status, body.ok], [503, false]);
    assert.match(headers.get('retry-after') ?? '', /^\d+$/);
  });

  const wrong: [string, Record<string, unknown>, string][] = [
    ['a missing name', { from_name: undefined }, 'from_name is required'],
    ['an empty name', { from_name: '' }, 'from_name is not allowed to be empty'],
    ['no address', { from_email: 'nobody' }, 'from_email must be a valid email'],
    ['a type in lower case', { type: 'gmail' }, 'type must be one of [GMAIL, OUTLOOK]'],
    ['no token', { token: undefined }, 'token is required'],
    ['a token as text', { token: 'ya29' }, 'token must be of type object'],
    ['a boolean as text', { warmup_enabled: 'true' }, 'warmup_enabled must be a boolean'],
    [
      'no choice of the client',
      { use_whitelabel_credentials: undefined },
      'use_whitelabel_credentials is required',
    ],
    ['a number as text', { max_email_per_day: '50' }, 'max_email_per_day must be a number'],
    [
      'a negative number',
      { time_to_wait_in_mins: -1 },
      'time_to_wait_in_mins must be greater than or equal to 0',
    ],
    ['an id of zero', { id: 0 }, 'id must be greater than or equal to 1'],
    ['a bcc that is no address', { bcc: 'x' }, 'bcc must be a valid email'],
  ];
  for (const [name, changes, message] of wrong) {
    it(`with 422 and one sentence for ${name}`, async () => {
      const { status, body } = await post(await accountOf(installation, 'john@gmail.com', { changes }));
      assert.equal(status, 422);
      assertGolden('smartlead', 'validation', body, { ours: ['ok', 'message'] });
      assert.equal(body.error, message);
    });
  }

  const wrongTokens: [string, Record<string, unknown>, string][] = [
    ['no scope', { scope: undefined }, 'token.scope is required'],
    ['another type', { token_type: 'MAC' }, 'token.token_type must be Bearer'],
    ['no expiry_date', { expiry_date: undefined }, 'token.expiry_date is required'],
    ['an expiry_date as text', { expiry_date: '2024' }, 'token.expiry_date must be a number'],
  ];
  for (const [name, token, message] of wrongTokens) {
    it(`with 422 for a token with ${name}`, async () => {
      const { status, body } = await post(await accountOf(installation, 'john@gmail.com', { token }));
      assert.deepEqual([status, body.error], [422, message]);
    });
  }
});
