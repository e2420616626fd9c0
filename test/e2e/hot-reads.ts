// Token reads that are served from memory, and everything that must end them: on the node where it happens at once, on
// another one within a second. `there` is where it is read, `here` where it is changed; they may be the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type Call, freePort, type Installation } from '../support/installation.ts';
import { until } from '../support/until.ts';

export type Nodes = {
  here: Installation;
  /** Address of the node that is read from. */
  there: string;
  /** Puts the clock of both forward. */
  wait(milliseconds: number): void;
  /** Statements that the node that is read from has sent for requests; what follows changes does not count. */
  statements(): number;
  /** How long after the change it may still be served. */
  lateMillisecondsMax: number;
};

type Subject = { mailboxId: string; path: string; login: string; apiKey: string; keyId: string };
type Ending = {
  name: string;
  connectWith?: (nodes: Nodes) => Promise<Record<string, unknown>>;
  end(nodes: Nodes, subject: Subject): Promise<unknown>;
  /** Status and code of what is answered then; null = another token. */
  answered: readonly [number, string] | null;
};

const ok = async (answer: Promise<Answer>): Promise<Answer> => {
  const { status, text } = await answer;
  assert.ok(status < 300, `${status} ${text}`);
  return answer;
};

/** A minute and more: young tokens are not refreshed, however they are asked for. */
const notYoung = 61_000;
const keyLife = 600_000;

const endings: Ending[] = [
  {
    name: 'a revoked key',
    end: ({ here }, { keyId }) => ok(here.call('DELETE', `/v1/api-keys/${keyId}`)),
    answered: [401, 'unauthenticated'],
  },
  {
    name: 'a deleted mailbox',
    end: ({ here }, { path }) => ok(here.call('DELETE', path)),
    answered: [404, 'not_found'],
  },
  {
    name: 'a disabled mailbox',
    end: ({ here }, { path }) => ok(here.call('PATCH', path, { disabled: true })),
    answered: [409, 'mailbox_disabled'],
  },
  {
    name: 'a grant that died',
    async end({ here, wait }, { path, login }) {
      here.sandbox.google.revokeUser(login);
      wait(notYoung);
      const { status } = await here.call('POST', `${path}/token`, { force_refresh: true });
      assert.equal(status, 409);
    },
    answered: [409, 'needs_reauthorization'],
  },
  {
    name: 'a mailbox that was connected again',
    async end({ here }, { login, mailboxId }) {
      const { session } = await here.connect('google', { login });
      assert.equal(session.mailbox_id, mailboxId);
    },
    answered: null,
  },
  {
    name: 'a token that was refreshed',
    async end({ here, wait }, { path }) {
      wait(notYoung);
      const { body } = await ok(here.call('POST', `${path}/token`, { force_refresh: true }));
      assert.equal(body.refreshed, true);
    },
    answered: null,
  },
  {
    name: 'a client that was deleted',
    connectWith: async ({ here }) => ({ oauth_client_id: await privateClient(here) }),
    async end({ here }, { path }) {
      const { body } = await here.call('GET', path);
      await ok(here.call('DELETE', `/v1/oauth-clients/${body.oauth_client_id}?force=true`));
    },
    answered: [409, 'needs_reauthorization'],
  },
  {
    name: 'a key that expired',
    end: async ({ wait }) => wait(keyLife),
    answered: [401, 'unauthenticated'],
  },
];

let privateClients = 0;

async function privateClient({ call, sandbox }: Installation): Promise<string> {
  privateClients += 1;
  const clientId = `private-${privateClients}.apps.example.test`;
  const { body } = await ok(
    call('POST', '/v1/oauth-clients', {
      provider: 'google',
      name: 'Private',
      client_id: clientId,
      client_secret: 'private-secret-value',
    }),
  );
  sandbox.google.addClient({
    clientId,
    clientSecret: 'private-secret-value',
    redirectUris: [String(body.redirect_uri)],
  });
  return String(body.id);
}

async function subjectOf(nodes: Nodes, login: string, session: Record<string, unknown>): Promise<Subject> {
  const { here } = nodes;
  const connected = await here.connect('google', { login }, session);
  assert.equal(connected.session.status, 'connected', JSON.stringify(connected.session));
  const mailboxId = String(connected.session.mailbox_id);
  const { body } = await ok(
    here.call('POST', '/v1/api-keys', {
      name: 'reader',
      scopes: ['tokens:read'],
      expires_at: new Date(here.gateway.core.now() + keyLife).toISOString(),
    }),
  );
  const path = `/v1/mailboxes/${mailboxId}`;
  await ok(here.call('PATCH', path, { disabled: false }));
  return { mailboxId, path, login, apiKey: String(body.key), keyId: String(body.id) };
}

const readerOf = ({ here, there }: Nodes, { apiKey, path }: Subject): (() => Promise<Answer>) => {
  const call: Call = here.callAs(apiKey, there);
  return () => call('POST', `${path}/token`);
};

/** Reads until a read costs no statement: then it comes from memory. */
async function warmUp(nodes: Nodes, read: () => Promise<Answer>): Promise<string> {
  let token = '';
  await until('reads come from memory', async () => {
    const before = nodes.statements();
    token = String((await ok(read())).body.access_token);
    return nodes.statements() === before;
  });
  return token;
}

export function hotReadGuarantees(nodesOf: () => Nodes): void {
  test('a hot read sends no statement to the database, however often it is asked for', async () => {
    const nodes = nodesOf();
    const subject = await subjectOf(nodes, 'alice@gmail.test', {});
    const read = readerOf(nodes, subject);
    const token = await warmUp(nodes, read);
    // On a busy machine a look at the changes may be late; then a read asks the database, as it must.
    await until('200 reads in a row send none', async () => {
      const before = nodes.statements();
      for (let time = 0; time < 200; time++) assert.equal((await read()).body.access_token, token);
      return nodes.statements() === before;
    });
  });

  for (const { name, connectWith, end, answered } of endings) {
    test(`${name} is not served any more`, async () => {
      const nodes = nodesOf();
      const login = connectWith ? 'bob@corp.test' : 'alice@gmail.test';
      const subject = await subjectOf(nodes, login, (await connectWith?.(nodes)) ?? {});
      const read = readerOf(nodes, subject);
      const old = await warmUp(nodes, read);
      await end(nodes, subject);
      const endedAt = performance.now();
      let servedAt = 0;
      let last: Answer | null = null;
      await until(`${name} is not served any more`, async () => {
        const startedAt = performance.now();
        last = await read();
        const isServed = last.body.access_token === old;
        if (isServed) servedAt = startedAt - endedAt;
        return !isServed;
      });
      assert.ok(servedAt <= nodes.lateMillisecondsMax, `served ${servedAt} ms after it ended`);
      const answer: Answer = last ?? (await read());
      if (answered === null) assert.equal(answer.status, 200, answer.text);
      else assert.deepEqual([answer.status, answer.body.code], answered);
      // Nor is it later.
      assert.equal((await read()).status, answer.status);
    });
  }
}

export const anotherPort = async (): Promise<string> => String(await freePort());
