// What callers write at the same moment adds up: guarantees for one database and every node on it.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { enteredSecret, type Principal } from '../../src/core/index.ts';
import { type Answer, type Call, type Installation, memberOf } from '../support/installation.ts';

const rounds = 10;

/** `nodes`: a call on each node, or twice on the only one. */
export type Racers = { installation: Installation; nodes: [Call, Call] };

export const principalOf = (workspaceId: string): Principal => ({
  keyId: 'test',
  workspaceId,
  isInstallation: false,
  expiresAt: null,
  scopes: new Set(['all'] as const),
});

const good = (answers: readonly Answer[]): void => {
  for (const { status, text } of answers) assert.ok(status < 300, text);
};

export function writeRaceGuarantees(racers: () => Racers): void {
  const account = '/api/v2/accounts/bob%40corp.test';

  it('a setting that was acknowledged is kept, whatever else is set at the same moment', async () => {
    const { installation, nodes } = racers();
    const [one, two] = nodes;
    await installation.connect('google', { login: 'bob@corp.test' });
    for (let round = 0; round < rounds; round += 1) {
      const signature = `<p>${round}</p>`;
      const doPause = round % 2 === 0;
      good(
        await Promise.all([
          one('POST', `${account}/${doPause ? 'pause' : 'resume'}`),
          two('PATCH', account, { signature }),
          one('PATCH', account, { daily_limit: 10 + round }),
        ]),
      );
      const { body } = await two('GET', account);
      assert.deepEqual(
        [body.status, body.signature, body.daily_limit],
        [doPause ? 2 : 1, signature, 10 + round],
      );
    }
  });

  it('a reconnection keeps what is set at the same moment', async () => {
    const { installation, nodes } = racers();
    for (let round = 0; round < 3; round += 1) {
      const signature = `<p>again ${round}</p>`;
      const [{ session }, answer] = await Promise.all([
        installation.connect('google', { login: 'bob@corp.test' }),
        nodes[1]('PATCH', account, { signature }),
      ]);
      assert.equal(session.status, 'connected');
      good([answer]);
      assert.equal((await nodes[0]('GET', account)).body.signature, signature);
    }
  });

  it('of many that switch a mailbox off at once, one raises the event', async () => {
    const { nodes } = racers();
    const [mailbox] = Object(await nodes[0]('GET', '/v1/mailboxes')).body.items;
    const path = `/v1/mailboxes/${memberOf(mailbox, 'id')}`;
    const answers = Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? nodes[0] : nodes[1])('PATCH', path, { disabled: true }),
    );
    good(await Promise.all(answers));
    const events = await nodes[0]('GET', '/v1/events?limit=100');
    assert.ok(Array.isArray(events.body.items), events.text);
    const disabled = events.body.items.filter((event) => memberOf(event, 'type') === 'mailbox.disabled');
    assert.equal(disabled.length, 1);
    good([await nodes[1]('PATCH', path, { disabled: false })]);
  });

  it('what an EmailEngine application gets at the same moment adds up', async () => {
    const { nodes } = racers();
    const made = await nodes[0]('POST', '/v1/oauth2', {
      name: 'Mail',
      provider: 'gmail',
      clientId: 'some-id',
      clientSecret: 'some-secret',
      redirectUrl: 'https://mail.example.com/oauth',
    });
    good([made]);
    const path = `/v1/oauth2/${made.body.id}`;
    for (let round = 0; round < rounds; round += 1) {
      const [title, description] = [`title ${round}`, `description ${round}`];
      good(
        await Promise.all([
          nodes[0]('PUT', path, { title }),
          nodes[1]('PUT', path, { description }),
          nodes[0]('PUT', path, { enabled: round % 2 === 0 }),
        ]),
      );
      const { body } = await nodes[1]('GET', path);
      assert.deepEqual([body.title, body.description, body.enabled], [title, description, round % 2 === 0]);
    }
  });

  it('a Smartlead client that is saved many times at once is one client', async () => {
    const { nodes } = racers();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 === 0 ? nodes[0] : nodes[1])('POST', '/api/v1/client/save', {
          name: 'Acme',
          email: index % 3 === 0 ? 'Acme@corp.test' : 'acme@corp.test',
        }),
      ),
    );
    good(answers);
    assert.equal(new Set(answers.map(({ body }) => body.clientId)).size, 1);
    const list = await nodes[0]('GET', '/api/v1/client');
    assert.equal(JSON.parse(list.text).length, 1);
  });

  it('a workspace has at most 20 unfinished background jobs, however many it begins at once', async () => {
    const { installation } = racers();
    const { id, apiKey } = await installation.addWorkspace('Many jobs');
    const answers = await Promise.all(
      Array.from({ length: 25 }, () =>
        installation.callAs(apiKey)('POST', '/api/v2/accounts/warmup/enable', { emails: ['bob@corp.test'] }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    assert.deepEqual([answers.length - refused.length, refused.length], [20, 5]);
    for (const { text, headers } of refused) {
      assert.match(text, /20 unfinished background jobs/);
      assert.equal(headers.get('retry-after'), '30');
    }
    const { backgroundJobs, warmupJobs } = installation.gateway.core;
    assert.equal(await backgroundJobs.workDue(), 1);
    await warmupJobs.updateWarmup(principalOf(id), { wanted: true, mailboxes: { emails: [] } });
  });

  it('the settings of one dialect have at most 16 KiB, also what several calls add up to', async () => {
    const { installation, nodes } = racers();
    const { core } = installation.gateway;
    const principal = principalOf(installation.workspaceId);
    const large = (name: string) => ({ warmy: { [name]: 'x'.repeat(9000) } });
    const [joined] = (await core.mailboxes.list(principal, {}, { after: null, limit: 1 })).items;
    assert.ok(joined);
    const { mailbox } = joined;
    const names = (error: unknown) => {
      assert.equal(memberOf(error, 'code'), 'invalid_request');
      assert.match(JSON.stringify(memberOf(error, 'extras')), /\/dialects\/warmy.*16384 bytes/);
      return true;
    };
    const write = (name: string) =>
      core.mailboxes.update(principal, mailbox.id, { settings: { dialects: large(name) } });
    await write('one');
    await assert.rejects(write('two'), names);
    const other = { settings: { dialects: { other: large('two') } } };
    const { mailbox: after } = await core.mailboxes.update(principal, mailbox.id, other);
    assert.deepEqual(Object.keys(after.settings.dialects.warmy ?? {}), ['one']);

    const request = {
      provider: 'google' as const,
      name: 'Large',
      clientId: 'large',
      credential: enteredSecret('large'),
      cloud: null,
      entraTenant: null,
      personalAccounts: true,
    };
    const client = await core.oauthClients.create(principal, { ...request, dialects: large('one') });
    await assert.rejects(core.oauthClients.update(principal, client.id, { dialects: large('two') }), names);
    const both = { warmy: { ...large('one').warmy, ...large('two').warmy } };
    await assert.rejects(core.oauthClients.create(principal, { ...request, dialects: both }), names);
    assert.deepEqual((await nodes[0]('GET', `/v1/oauth-clients/${client.id}`)).status, 200);
  });
}
