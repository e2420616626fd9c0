// Connect sessions that come to a setback, and what they hold until they are confirmed.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { ConnectSession } from '../../../src/core/connect-session.ts';
import type { HeldAuthorization } from '../../../src/core/held-authorization.ts';
import { nothingSaid, type Store } from '../../../src/core/ports.ts';
import { secret } from '../../../src/core/secret.ts';
import type { Setback, SetbackStatus } from '../../../src/core/setbacks.ts';
import { sealColumn } from '../../../src/stores/row.ts';
import { completions, profiles, wordsOf } from '../../../src/stores/words.ts';
import { type CreateDatabase, newId, now, revealed, session, storeOwner } from '../fixtures.ts';
import { guarantees } from './with-store.ts';

const at = now + 1;
const provider = { ...nothingSaid, error: 'access_denied', description: 'An administrator must approve.' };

const setbacks = {
  waiting_for_admin: { at, status: 'waiting_for_admin', provider },
  insufficient_scope: { at, status: 'insufficient_scope', missingScopes: ['https://mail.google.com/'] },
  wrong_mailbox: { at, status: 'wrong_mailbox', signedInAs: 'bob@mail.example' },
  declined: { at, status: 'declined', provider: null },
  waiting_for_confirmation: {
    at,
    status: 'waiting_for_confirmation',
    email: 'ada@mail.example',
    name: 'Ada ✓',
  },
} as const satisfies Record<SetbackStatus, Setback>;

const held = (text = 'canary'): HeldAuthorization => {
  const tokens = {
    accessToken: secret(`${text}-access`),
    refreshToken: secret(`${text}-refresh`),
    expiresInSeconds: 3599,
    refreshTokenExpiresInSeconds: 604_799,
    scope: 'openid https://mail.google.com/',
  };
  return {
    tokens,
    furtherTokens: [
      {
        resource: 'https://graph.microsoft.com',
        tokens: { ...tokens, refreshToken: null, refreshTokenExpiresInSeconds: null, scope: null },
      },
    ],
    identity: {
      issuer: 'https://accounts.example',
      subject: 'subject-1',
      email: 'ada@mail.example',
      name: 'Ada ✓',
      entraTenantId: null,
      isManaged: true,
    },
    addresses: ['ada@mail.example', 'countess@mail.example'],
  };
};

const storeSession = async (store: Store, more: Partial<ConnectSession> = {}): Promise<ConnectSession> => {
  const written = session(await storeOwner(store), more);
  await store.connectSessions.insert(written);
  return written;
};

export const connectSetbackGuarantees = (createDatabase: CreateDatabase): void =>
  guarantees('setbacks of connect sessions', createDatabase, (it) => {
    it('a connect session of every profile and completion is read as it was written', async (store) => {
      for (const profile of wordsOf(profiles)) {
        for (const completion of wordsOf(completions)) {
          const written = await storeSession(store, {
            profile,
            completion,
            sharedMailbox: 'info@mail.example',
            isRetryable: true,
            setback: setbacks.wrong_mailbox,
            adminConsentedAt: now + 2,
          });
          assert.deepEqual(await store.connectSessions.byId(written.id), written);
        }
      }
    });

    it('every setback is read as it was written, and can be taken back', async (store) => {
      const written = await storeSession(store);
      for (const setback of [...Object.values(setbacks), null]) {
        assert.equal(await store.connectSessions.update(written.id, { setback }), true);
        assert.deepEqual(await store.connectSessions.byId(written.id), { ...written, setback });
      }
    });

    it('an update of a connect session writes the columns that it names and no others', async (store) => {
      const written = await storeSession(store, { setback: setbacks.waiting_for_admin });
      const { update, byId } = store.connectSessions;
      await update(written.id, { held: held() });
      assert.equal(await update(written.id, {}), true);
      assert.deepEqual(await byId(written.id), written);
      assert.equal(await update(written.id, { adminConsentedAt: now + 3 }), true);
      assert.equal(await update(written.id, { expiresAt: now + 9 }), true);
      const changed = { ...written, adminConsentedAt: now + 3, expiresAt: now + 9 };
      assert.deepEqual(await byId(written.id), changed);
      assert.deepEqual(revealed(await store.connectSessions.held(written.id)), revealed(held()));
      assert.equal(await update(newId(), { expiresAt: now }), false);
    });

    it('what a connect session holds is read as it was written, replaced whole, and forgotten', async (store) => {
      const [one, two] = [await storeSession(store), await storeSession(store)];
      const read = async ({ id }: ConnectSession) => revealed(await store.connectSessions.held(id));
      assert.equal(await read(one), null);
      await store.connectSessions.update(one.id, {
        held: held(),
        setback: setbacks.waiting_for_confirmation,
      });
      assert.deepEqual([await read(one), await read(two)], [revealed(held()), null]);
      await store.connectSessions.update(one.id, { held: held('second') });
      assert.deepEqual(await read(one), revealed(held('second')));
      await store.connectSessions.update(one.id, { held: null });
      assert.equal(await read(one), null);
      assert.equal(await store.connectSessions.held(newId()), null);
    });

    it('a connect session that ends forgets what it holds, and holds nothing and changes no more', async (store) => {
      const written = await storeSession(store);
      await store.connectSessions.update(written.id, { held: held() });
      assert.equal(await store.connectSessions.finish(written.id, { status: 'cancelled' }, now + 1), true);
      assert.equal(await store.connectSessions.held(written.id), null);
      const late = { held: held(), setback: setbacks.declined, expiresAt: now + 99 };
      assert.equal(await store.connectSessions.update(written.id, late), false);
      assert.equal(await store.connectSessions.held(written.id), null);
      assert.deepEqual(await store.connectSessions.byId(written.id), {
        ...written,
        outcome: { status: 'cancelled' },
        finishedAt: now + 1,
      });
    });

    it('sessions that hold something are counted by the person, and found by their OAuth client', async (store) => {
      const [one, two, other] = [
        await storeSession(store),
        await storeSession(store),
        await storeSession(store),
      ];
      const { update, countHolding, holdingOf, forgetHeld } = store.connectSessions;
      await update(one.id, { held: held(), heldPerson: 'a person' });
      await update(two.id, { held: held(), heldPerson: 'a person' });
      await update(other.id, { held: held(), heldPerson: 'another person' });
      assert.equal(await countHolding('a person', one.id), 1);
      assert.equal(await countHolding('a person', newId()), 2);
      assert.deepEqual(await holdingOf(other.oauthClientId), [other.id]);
      await forgetHeld(two.id);
      assert.equal(await countHolding('a person', one.id), 0);
      assert.deepEqual(await holdingOf(two.oauthClientId), []);
    });

    it('of many callers that make a session forget, one is told that it was the one', async (store, _, other) => {
      const written = await storeSession(store);
      await store.connectSessions.update(written.id, { held: held() });
      const answers = await Promise.all(
        [store, other, store, other].map((each) => each.connectSessions.forgetHeld(written.id)),
      );
      assert.equal(answers.filter(Boolean).length, 1);
      assert.equal(await store.connectSessions.held(written.id), null);
    });

    it('an end and a setback at the same time leave nothing held', async (store, _, other) => {
      const all = await Promise.all(Array.from({ length: 25 }, () => storeSession(store)));
      await Promise.all(
        all.flatMap(({ id }) => [
          store.connectSessions.update(id, { held: held() }),
          other.connectSessions.finish(id, { status: 'cancelled' }, now),
        ]),
      );
      for (const { id } of all) assert.equal(await store.connectSessions.held(id), null);
    });

    it('an update in a transaction that fails leaves the connect session as it was', async (store) => {
      const written = await storeSession(store);
      const work = store.transaction(async (rows) => {
        await rows.connectSessions.update(written.id, { held: held(), setback: setbacks.declined });
        assert.notEqual(await rows.connectSessions.held(written.id), null);
        throw new Error('after all, no');
      });
      await assert.rejects(work, /after all/);
      assert.deepEqual(await store.connectSessions.byId(written.id), written);
      assert.equal(await store.connectSessions.held(written.id), null);
    });

    it('sessions that expired and still hold something are told, the oldest first, no more than asked', async (store) => {
      const holding = async (expiresAt: number) => {
        const { id } = await storeSession(store, { expiresAt });
        await store.connectSessions.update(id, { held: held() });
        return id;
      };
      const [late, early] = [await holding(now - 1), await holding(now - 2)];
      await holding(now);
      await storeSession(store, { expiresAt: now - 3 });
      const over = await holding(now - 4);
      await store.connectSessions.finish(over, { status: 'cancelled' }, now);
      assert.deepEqual(await store.connectSessions.expiredHolding(now, 9), [early, late]);
      assert.deepEqual(await store.connectSessions.expiredHolding(now, 1), [early]);
      await store.connectSessions.update(early, { held: null });
      assert.deepEqual(await store.connectSessions.expiredHolding(now, 9), [late]);
      await store.connectSessions.prune(now, 9);
      assert.deepEqual(await store.connectSessions.expiredHolding(now, 9), []);
    });

    it('what was moved to another session does not open', async (store, database) => {
      const [one, two] = [await storeSession(store), await storeSession(store)];
      await store.connectSessions.update(one.id, { held: held() });
      await database.raw(
        'update connect_sessions set held = (select held from connect_sessions where id = ?) where id = ?',
        one.id,
        two.id,
      );
      await assert.rejects(store.connectSessions.held(two.id), {
        code: 'internal_error',
        message: /connect_sessions\.held of row .* another row or column/,
      });
      assert.notEqual(await store.connectSessions.byId(two.id), null);
    });

    it('held text that does not fit is refused without a word of it', async (store, database) => {
      const { id } = await storeSession(store);
      for (const text of ['canary-not-json', '{"tokens":"canary"}', 'null', '']) {
        const place = { table: 'connect_sessions', column: 'held', rowId: id };
        const sealed = sealColumn(database.keyring, place, secret(text));
        await database.raw('update connect_sessions set held = ? where id = ?', sealed, id);
        await assert.rejects(store.connectSessions.held(id), (error: Error) => {
          assert.match(error.message, /connect_sessions\.held of row/);
          assert.doesNotMatch(inspect(error, { depth: 9 }), /canary/);
          return true;
        });
      }
    });
  });
