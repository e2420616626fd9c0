// Limits, blocks and breakers of several processes on one database are the same for all of them.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { counterparts } from '../counterparts/index.ts';
import { type Answer, type Call, type Installation, startInstallation } from '../support/installation.ts';

const google = '/api/v2/oauth/google/init';

let installation: Installation;
let nodes: [Call, Call];
let dropDatabase: () => Promise<void>;

before(async () => {
  const database = await counterparts().createDatabase();
  dropDatabase = () => database.drop();
  installation = await startInstallation({
    databaseUrl: database.url,
    environment: {
      MAILGRANT_TRUST_PROXY: '127.0.0.1',
      // Windows of a minute may turn while the test runs; a block does not.
      MAILGRANT_INIT_WORKSPACE_PER_MINUTE: '1000',
      MAILGRANT_INIT_ADDRESS_PER_MINUTE: '10',
      MAILGRANT_ABUSE_REFUSALS: '10',
      MAILGRANT_BREAKER_FAILURES: '3',
    },
  });
  const second = await installation.spawn();
  nodes = [installation.call, installation.callAs(installation.apiKey, second.address)];
});
after(async () => {
  await installation.close();
  await dropDatabase();
});

const from =
  (ip: string, call: Call): Call =>
  (method, path) =>
    call(method, path, undefined, { 'x-forwarded-for': ip });

it('what one address may begin is counted over both nodes, and a block of one is a block of the other', async () => {
  const [first, second] = nodes.map((call) => from('192.0.2.1', call));
  assert.ok(first && second);
  const answers: Answer[] = [];
  for (let round = 0; round < 20; round++) {
    answers.push(...(await Promise.all([first('POST', google), second('POST', google)])));
  }
  const begun = answers.filter(({ status }) => status === 200).length;
  assert.ok(begun === 10 || begun === 20, `${begun} begun; twice the limit only if the minute turned`);
  for (const call of [first, second]) {
    const blocked = await call('POST', google);
    assert.equal(blocked.status, 429);
    const seconds = Number(blocked.headers.get('retry-after'));
    assert.ok(seconds > 1700 && seconds <= 1800, `${seconds} s`);
  }
  const [one, two] = nodes.map((call) => from('192.0.2.2', call));
  assert.equal((await one?.('POST', google))?.status, 200);
  assert.equal((await two?.('POST', google))?.status, 200);
});

it('a breaker that opens on one node is open on the other, for its provider alone', async () => {
  const { microsoft } = installation.sandbox;
  const { session } = await installation.connect('microsoft', { login: 'erin@contoso.test' });
  assert.equal(session.status, 'connected');
  microsoft.configure({ fault: { on: 'token', status: 503 } });
  for (let time = 0; time < 3; time++) {
    await installation.connect('microsoft', { login: 'frank@contoso.test' });
  }
  for (const call of nodes) {
    const refused = await from('192.0.2.3', call)('POST', '/api/v2/oauth/microsoft/init');
    assert.equal(refused.status, 503, refused.text);
    assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]\d?$/);
    assert.equal((await from('192.0.2.3', call)('POST', google)).status, 200);
  }
});
