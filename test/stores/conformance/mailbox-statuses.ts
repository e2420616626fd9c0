import assert from 'node:assert/strict';
import { isReasonCode, type ReasonCode, verdictTable } from '../../../src/core/diagnosis.ts';
import type { Mailbox } from '../../../src/core/mailboxes.ts';
import type { Store } from '../../../src/core/ports.ts';
import { type MailboxStatusName, statusOf, type Verification } from '../../../src/core/verification.ts';
import {
  allOf,
  type CreateDatabase,
  client,
  grant,
  mailbox,
  newId,
  now,
  storeGrant,
  storeOwner,
} from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const statuses: readonly MailboxStatusName[] = [
  'verifying',
  'connected',
  'degraded',
  'needs_reauthorization',
  'disabled',
];

const proof = (reasons: readonly ReasonCode[], detail: string | null = null): Verification => ({
  verifiedAt: now,
  results: reasons.map((reason) => ({
    transport: 'imap',
    ok: reason === 'ok',
    reason,
    detail,
    durationMilliseconds: 1,
  })),
});

const words = {
  httpStatus: 400,
  error: 'invalid_grant',
  suberror: null,
  // As somebody would write who wants to be taken for another one.
  description: '"reason":"provider_unavailable" {"ok":false}',
  errorCodes: [],
  traceId: null,
  correlationId: null,
};

/** A mailbox in every state that its three rows can be in together; some of them never come about. */
async function insertEveryState(store: Store): Promise<{ workspaceId: string; mailboxes: Mailbox[] }> {
  const owner = await storeOwner(store);
  const gone = client({ deletedAt: now });
  await store.oauthClients.insert(gone);
  const verifications = [
    null,
    proof(['ok', 'ok']),
    proof(['ok', 'authentication_refused']),
    proof(['ok'], 'says "ok":false in a text, "reason":"x"'),
    proof([]),
  ];
  const failures = [null, 'grant_revoked', 'provider_unavailable', 'client_secret_expired'] as const;
  const mailboxes: Mailbox[] = [];
  await store.transaction(async (rows) => {
    for (const oauthClientId of [owner.oauthClientId, gone.id])
      for (const status of ['active', 'needs_reauthorization'] as const)
        for (const lostScopes of [[], ['a scope']])
          for (const reason of failures)
            for (const [at, verification] of verifications.entries())
              for (const disabledAt of at === 1 ? [null, now] : [null]) {
                const failure = reason && { reason, provider: words };
                const of = grant({ ...owner, oauthClientId }, { status, lostScopes, failure });
                await rows.grants.insert(of);
                const provider = mailboxes.length % 3 === 0 ? 'microsoft' : 'google';
                const made = mailbox(of, { verification, disabledAt, provider });
                await rows.mailboxes.insert(made);
                mailboxes.push(made);
              }
  });
  return { workspaceId: owner.workspaceId, mailboxes };
}

export const mailboxStatusGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('statuses of mailboxes', createDatabase, (it) => {
    it('the database and the core call every state of a mailbox the same, and count them alike', async (store) => {
      const { workspaceId, mailboxes } = await insertEveryState(store);
      await insertEveryState(store);
      const expected = new Map<string, string[]>(statuses.map((status) => [status, []]));
      for (const { id } of mailboxes) {
        const joined = await store.mailboxes.withGrant(id);
        assert.ok(joined);
        expected.get(statusOf(joined).status)?.push(id);
      }
      for (const status of statuses) {
        const found = await allOf((page) => store.mailboxes.list(workspaceId, { status }, page), 7);
        const wanted = expected.get(status) ?? [];
        assert.deepEqual(
          found.map((joined) => joined.mailbox.id),
          wanted.sort(),
          status,
        );
        assert.ok(wanted.length > 0, status);
      }
      for (const limit of [7, 1000]) {
        const counts = await tallied(store, workspaceId, {}, limit);
        assert.deepEqual(
          counts.byStatus,
          Object.fromEntries([...expected].map(([status, ids]) => [status, ids.length])),
        );
        assert.equal(counts.byProvider.microsoft, Math.ceil(mailboxes.length / 3));
      }
    });

    it('a status is filtered by together with everything else', async (store) => {
      const here = await storeGrant(store);
      const make = (more: Partial<Mailbox>) => store.mailboxes.insert(mailbox(here, more));
      const bad = { verification: proof(['authentication_refused']) };
      await make({ name: 'Ada', customer: 'acme', ...bad });
      await make({ name: 'Adam', customer: 'other', ...bad });
      await make({ name: 'Grace', customer: 'acme', ...bad });
      await make({ name: 'Ada too', customer: 'acme', verification: proof(['ok']) });
      const filter = {
        status: 'degraded',
        customer: 'acme',
        search: 'ada',
        provider: here.provider,
      } as const;
      const found = await allOf((page) => store.mailboxes.list(here.workspaceId, filter, page), 2);
      assert.deepEqual(
        found.map((joined) => joined.mailbox.name),
        ['Ada'],
      );
      assert.deepEqual((await tallied(store, here.workspaceId, filter, 2)).byStatus.degraded, 1);
      assert.equal((await tallied(store, newId(), {}, 2)).byStatus.connected, 0);
    });

    it('every reason that heals by itself leaves a mailbox connected, and every other one does not', async (store) => {
      const owner = await storeOwner(store);
      const reasons = Object.keys(verdictTable).filter(isReasonCode);
      await store.transaction(async (rows) => {
        for (const reason of reasons) {
          const of = grant(owner, { failure: { reason, provider: words } });
          await rows.grants.insert(of);
          await rows.mailboxes.insert(mailbox(of, { name: reason, verification: proof(['ok']) }));
        }
      });
      const found = await allOf(
        (page) => store.mailboxes.list(owner.workspaceId, { status: 'connected' }, page),
        50,
      );
      assert.deepEqual(
        found.map((joined) => joined.mailbox.name).sort(),
        reasons.filter((reason) => verdictTable[reason].healsItself).sort(),
      );
    });

    it('addresses are told of the mailboxes of this workspace alone', async (store) => {
      const [here, there] = [await storeGrant(store), await storeGrant(store)];
      const [own, foreign] = [mailbox(here), mailbox(there)];
      await store.mailboxes.insert(own);
      await store.mailboxes.insert(foreign);
      const emails = await store.mailboxes.emailsOf(here.workspaceId, [own.id, foreign.id, newId()]);
      assert.deepEqual([...emails], [[own.id, own.email]]);
      assert.equal((await store.mailboxes.emailsOf(here.workspaceId, [])).size, 0);
    });
  });

async function tallied(
  store: Store,
  workspaceId: string,
  filter: Parameters<Store['mailboxes']['tally']>[1],
  limit: number,
) {
  const byStatus: Record<string, number> = Object.fromEntries(statuses.map((status) => [status, 0]));
  const byProvider: Record<string, number> = { google: 0, microsoft: 0 };
  let after: string | null = null;
  do {
    const { counts, next }: Awaited<ReturnType<Store['mailboxes']['tally']>> = await store.mailboxes.tally(
      workspaceId,
      filter,
      { after, limit },
    );
    for (const { status, provider, count } of counts) {
      byStatus[status] = (byStatus[status] ?? 0) + count;
      byProvider[provider] = (byProvider[provider] ?? 0) + count;
    }
    after = next;
  } while (after !== null);
  return { byStatus, byProvider };
}
