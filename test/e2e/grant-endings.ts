// Warnings ahead of the end of a grant, on either engine: what is told, when, and that it is told once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { loadConfig } from '../../src/config.ts';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { systemClock } from '../../src/system.ts';
import { silentLog } from '../stores/fixtures.ts';
import { type Installation, memberOf, startInstallation } from '../support/installation.ts';

const day = 24 * 3600 * 1000;

/** `databaseUrl` null = the embedded database, which one process has for itself. */
export const grantEndingTests = (
  createDatabase: () => Promise<{ url: string | null; drop(): Promise<void> }>,
): void => {
  let installation: Installation;
  let database: { url: string | null; drop(): Promise<void> };
  let nodes: Gateway['core'][] = [];
  let close: () => Promise<void>;
  let ahead = 0;

  before(async () => {
    database = await createDatabase();
    const substitutes = { clock: { ...systemClock, now: () => Date.now() + ahead } };
    const databaseUrl = database.url;
    installation = await startInstallation({ substitutes, ...(databaseUrl ? { databaseUrl } : {}) });
    nodes = [installation.gateway.core];
    close = async () => {};
    if (databaseUrl) {
      const other = await createGateway(loadConfig(installation.environment), {
        ...substitutes,
        log: silentLog,
      });
      nodes.push(other.core);
      close = () => other.close();
    }
  });
  after(async () => {
    await close();
    await installation.close();
    await database.drop();
  });

  async function connect(provider: 'google' | 'microsoft', login: string): Promise<string> {
    installation.sandbox[provider].addUser({ login });
    const { session } = await installation.connect(provider, { login });
    assert.equal(session.status, 'connected', JSON.stringify(session));
    return String(session.mailbox_id);
  }

  /** What was raised for the mailbox: step, reason, days left. */
  async function warningsOf(mailboxId: string): Promise<unknown[]> {
    const found: unknown[] = [];
    let cursor = '';
    do {
      const { body } = await installation.call('GET', `/v1/events?limit=100${cursor}`);
      assert.ok(Array.isArray(body.items));
      for (const event of body.items) {
        const isOurs = memberOf(event, 'object_id') === mailboxId;
        if (isOurs && memberOf(event, 'type') === 'mailbox.grant_ending') found.push(memberOf(event, 'data'));
      }
      cursor = body.next_cursor === null ? '' : `&cursor=${String(body.next_cursor)}`;
    } while (cursor !== '');
    return found;
  }
  const stepsOf = async (mailboxId: string): Promise<unknown[]> =>
    (await warningsOf(mailboxId)).map((data) => memberOf(data, 'within_days'));

  /** All nodes at once, twice: whatever is due is due for each of them. */
  async function look(): Promise<number> {
    const both = await Promise.all(
      [...nodes, ...nodes].map(({ grantEndings }) => grantEndings.warnOfEnding()),
    );
    return both.reduce((sum, count) => sum + count, 0);
  }
  const read = async (mailboxId: string) =>
    (await installation.call('GET', `/v1/mailboxes/${mailboxId}`)).body;

  let testing: string;
  let limited: string;
  let idle: string;

  test('nobody is warned on the day of the consent, and the mailbox tells when its grant ends', async () => {
    const { google } = installation.sandbox;
    google.configure({ refreshTokenExpiresInSeconds: 7 * 24 * 3600 - 1 });
    testing = await connect('google', 'testing@corp.test');
    google.configure({ refreshTokenExpiresInSeconds: 30 * 24 * 3600 });
    limited = await connect('google', 'limited@corp.test');
    google.configure({ refreshTokenExpiresInSeconds: null });
    idle = await connect('microsoft', 'idle@contoso.test');
    assert.equal(await look(), 0);
    for (const [mailboxId, days] of [
      [testing, 7],
      [limited, 30],
      [idle, 90],
    ] as const) {
      const { grant_ends_at, grant_warning, reconnect_url } = await read(mailboxId);
      const left = (Date.parse(String(grant_ends_at)) - Date.now()) / day;
      assert.ok(Math.abs(left - days) < 0.01, `${left} of ${days} days`);
      assert.deepEqual([grant_warning, reconnect_url], [null, null]);
    }
  });

  test('the testing mode at Google is told 3 days and 1 day ahead, once each over all nodes, with the way out', async () => {
    ahead = 3.5 * day;
    assert.equal(await look(), 0);
    ahead = 4.1 * day;
    assert.equal(await look(), 1);
    assert.equal(await look(), 0);
    ahead = 5 * day;
    assert.equal(await look(), 0);
    ahead = 6.2 * day;
    assert.equal(await look(), 1);
    const [first, second] = await warningsOf(testing);
    assert.deepEqual(
      ['email', 'reason', 'within_days', 'days_left', 'obstacle'].map((name) => memberOf(first, name)),
      ['testing@corp.test', 'testing_mode', 3, 3, null],
    );
    const verdict = memberOf(first, 'verdict');
    assert.equal(memberOf(verdict, 'code'), 'grant_ending_testing_mode');
    assert.match(String(memberOf(verdict, 'remedy')), /Publish app/);
    assert.equal(memberOf(second, 'within_days'), 1);
    const mailbox = await read(testing);
    assert.equal(mailbox.status, 'connected');
    assert.equal(memberOf(mailbox.grant_warning, 'code'), 'grant_ending_testing_mode');
    assert.match(String(mailbox.reconnect_url), /\/reconnect\//);
    assert.deepEqual([await stepsOf(limited), await stepsOf(idle)], [[], []]);
  });

  test('a refresh that puts no end off makes no warning come again', async () => {
    const { status, text } = await installation.call('POST', `/v1/mailboxes/${testing}/token`, {
      force_refresh: true,
    });
    assert.equal(status, 200, text);
    assert.equal(await look(), 0);
    assert.deepEqual(await stepsOf(testing), [3, 1]);
  });

  test('access for a limited time is told 14, 7, 3 and 1 days ahead; a step that was missed is not made up', async () => {
    for (const days of [16.5, 24, 25, 29.5]) {
      ahead = days * day;
      await look();
    }
    assert.deepEqual(await stepsOf(limited), [14, 7, 1]);
    const [first] = await warningsOf(limited);
    assert.equal(memberOf(first, 'reason'), 'time_limited');
    assert.equal(memberOf(memberOf(first, 'verdict'), 'code'), 'grant_ending_time_limited');
  });

  test('a grant that is kept alive is never warned of, and one whose turn has come is waited for', async () => {
    const [core] = nodes;
    assert.ok(core);
    // After a long halt: the loop that keeps alive has not come yet, and is about to.
    ahead = 80 * day;
    await look();
    assert.deepEqual(await stepsOf(idle), []);
    await core.dueRefreshes.refreshDueGrants();
    for (const days of [82, 90, 160]) {
      ahead = days * day;
      await look();
      assert.deepEqual(await stepsOf(idle), [], `after ${days} days`);
      await core.dueRefreshes.refreshDueGrants();
    }
  });

  test('a grant that cannot be kept alive is told of, with what is in the way', async () => {
    const { microsoft } = installation.sandbox;
    const [core] = nodes;
    assert.ok(core);
    microsoft.configure({ fault: { on: 'refresh', status: 401, error: 'invalid_client' } });
    const start = ahead;
    for (const days of [8, 75, 77, 83, 88, 89.5]) {
      ahead = start + days * day;
      await core.dueRefreshes.refreshDueGrants();
      await look();
    }
    assert.deepEqual(await stepsOf(idle), [14, 7, 3, 1]);
    const [first] = await warningsOf(idle);
    assert.equal(memberOf(first, 'reason'), 'idle');
    assert.equal(memberOf(first, 'obstacle'), 'client_secret_wrong');
    assert.equal(memberOf((await read(idle)).grant_warning, 'code'), 'grant_ending_idle');
  });
};
