// What one request may cost: how many rows it goes through, and how long its caller waits.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../src/system.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

let installation: Installation;
/** Deadlines and waits of the gateway take this part of their time. */
let pace = 1;
const clock: typeof systemClock = {
  now: () => systemClock.now(),
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds * pace, signal),
  deadline: (milliseconds) => systemClock.deadline(milliseconds * pace),
};

/** A DNS that never answers. */
const silent = (_name: string, signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });

before(async () => {
  installation = await startInstallation({
    substitutes: { clock, domains: { mx: silent, txt: silent } },
  });
  const { session } = await installation.connect('microsoft', { login: 'erin@contoso.test' });
  assert.equal(session.status, 'connected');
  copyMailbox(30);
});
after(() => installation.close());

/** So many copies of the connected mailbox, each in a domain of its own. */
function copyMailbox(count: number): void {
  const database = new DatabaseSync(join(installation.dataDir, 'mailgrant.db'), { timeout: 5_000 });
  try {
    const columns = database
      .prepare("select name from pragma_table_info('mailboxes')")
      .all()
      .map(({ name }) => String(name));
    const first = database.prepare('select max(number) as number from mailboxes').get()?.number ?? 0;
    const values: Record<string, string> = {
      id: "substr(id, 1, 24) || printf('%012x', at)",
      email: "'copy' || at || '@domain' || at || '.test'",
      number: 'at',
      external_id: 'null',
    };
    database
      .prepare(
        `with recursive counted(at) as (select ? union all select at + 1 from counted where at < ?)
         insert into mailboxes (${columns.join(', ')})
         select ${columns.map((name) => values[name] ?? name).join(', ')} from counted,
           (select * from mailboxes where email = 'erin@contoso.test')`,
      )
      .run(Number(first) + 1, Number(first) + count);
  } finally {
    database.close();
  }
}

describe('a caller waits at most ten seconds', () => {
  it('for the vitals of any number of domains: one time holds for all of them', async () => {
    pace = 1 / 20;
    const accounts = Array.from({ length: 30 }, (_, index) => {
      return `copy${index + 2}@domain${index + 2}.test`;
    });
    const startedAt = performance.now();
    const { status, body } = await installation.call('POST', '/api/v2/accounts/test/vitals', { accounts });
    const took = performance.now() - startedAt;
    pace = 1;
    assert.equal(status, 200);
    assert.ok(Array.isArray(body.failure_list) && body.failure_list.length === 30);
    assert.ok(took < 800, `${took} ms for 8 s at a twentieth`);
  });

  const hanging = { on: 'imap', hang: true } as const;
  for (const [method, path, body] of [
    ['POST', '/api/v2/accounts/erin%40contoso.test/mark-fixed', undefined],
    ['PUT', '/v1/account/ACCOUNT/reconnect', { reconnect: true }],
    ['POST', '/v1/verifyAccount', { account: 'ACCOUNT' }],
    ['POST', '/v1/oauth2/APP/verify', { account: 'ACCOUNT' }],
  ] as const) {
    it(`for ${method} ${path} while a mail server hangs: the proof goes on without it`, async () => {
      const { items } = (await installation.call('GET', '/v1/mailboxes?email=erin%40contoso.test')).body;
      const [mailbox] = Array.isArray(items) ? items : [];
      const fill = (text: string) =>
        text.replace('ACCOUNT', String(mailbox?.id)).replace('APP', String(mailbox?.oauth_client_id));
      installation.sandbox.microsoft.configure({ fault: hanging });
      // Only the caller's wait: the probe has its whole time.
      clock.sleep = (milliseconds, signal) => systemClock.sleep(milliseconds / 20, signal);
      try {
        const startedAt = performance.now();
        const sent = body === undefined ? undefined : JSON.parse(fill(JSON.stringify(body)));
        const answer = await installation.call(method, fill(path), sent);
        assert.equal(answer.status, 200, answer.text);
        const took = performance.now() - startedAt;
        assert.ok(took > 400 && took < 5000, `${took} ms for 9 s at a twentieth`);
      } finally {
        clock.sleep = (milliseconds, signal) => systemClock.sleep(milliseconds * pace, signal);
        installation.sandbox.microsoft.configure({ fault: null });
      }
    });
  }
});

describe('one request goes through at most 20,000 mailboxes', () => {
  before(() => copyMailbox(20_100));

  for (const [path, status] of [
    ['/api/v2/accounts?skip=20050', 400],
    ['/api/v2/accounts?filter=ACC_FILTER_ERROR', 400],
    ['/api/v2/accounts?sort_by=email', 400],
    ['/api/v1/email-accounts/?isSmtpSuccess=false', 422],
    ['/v1/accounts?state=paused', 400],
  ] as const) {
    it(`GET ${path} is refused in words`, async () => {
      const answer = await installation.call('GET', path);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.text, /more than 20000 accounts/);
    });
  }

  for (const path of ['/api/v2/accounts?limit=100', '/api/v1/email-accounts/?offset=20050', '/v1/accounts']) {
    it(`GET ${path} is served: the store finds the place`, async () => {
      assert.equal((await installation.call('GET', path)).status, 200);
    });
  }

  it('a workspace that used up its reconnections of the day is told so before anything is looked through', async () => {
    const { core } = installation.gateway;
    const principal = await core.apiKeys.authenticate(installation.apiKey);
    const answer = await core.reconnections.retryFailed(principal, { perDayMax: 0 });
    assert.equal(answer.outcome, 'limited');
  });

  it('the reconnection of everything that failed is refused in words', async () => {
    const answer = await installation.call('POST', '/api/v1/email-accounts/reconnect-failed-email-accounts');
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.text, /More than 20000 mailboxes/);
  });
});
