// What the provider gave is stored although the database is away for long, and nobody waits for it or asks again.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { GatewayError } from '../../src/core/errors.ts';
import { createFlights } from '../../src/core/flights.ts';
import { createInFlight } from '../../src/core/in-flight.ts';
import type { Ports, Store } from '../../src/core/ports.ts';
import { createRefreshRecords } from '../../src/core/refresh-records.ts';
import { secret } from '../../src/core/secret.ts';
import type { OpenStore } from '../../src/stores/index.ts';
import { systemRandom } from '../../src/system.ts';
import { now, silentLog, storeGrant, type TestDatabase } from '../stores/fixtures.ts';
import { createSqliteDatabase } from '../stores/sqlite-database.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { until } from '../support/until.ts';

const resource = 'https://mail.google.com/';

let database: TestDatabase;
let store: OpenStore;
beforeEach(async () => {
  database = await createSqliteDatabase();
  store = await database.open();
});
afterEach(() => database.drop());

/** A store whose saves fail while `isAway`. */
function failing(away: { isAway: boolean; asked: number }): Store {
  const saveRefreshed: Store['grants']['saveRefreshed'] = async (id, refreshed) => {
    away.asked += 1;
    if (away.isAway) throw new GatewayError('overloaded', 'The database is away.');
    return store.grants.saveRefreshed(id, refreshed);
  };
  return { ...store, grants: { ...store.grants, saveRefreshed } };
}

describe('a refreshed token set', () => {
  it('is stored when the database comes back after minutes, while its caller was let go after seconds', async () => {
    const clock = createManualClock(now);
    const away = { isAway: true, asked: 0 };
    const granted = await storeGrant(store);
    const loaded = await store.grants.load(granted.id);
    assert.ok(loaded);
    const provider = { scopesOfResource: () => [resource], resourcesOf: () => [resource] };
    const records = createRefreshRecords({
      clock,
      random: systemRandom,
      log: silentLog,
      store: failing(away),
      providers: { google: provider, microsoft: provider } as unknown as Ports['providers'],
      settings: { keepAliveSeconds: 604_800, warmSeconds: 0 } as Ports['settings'],
    });
    let letGoAt: number | null = null;
    const keeping = records.keep(
      { ...loaded, tokenSet: null },
      {
        resource,
        issued: {
          accessToken: secret('access-2'),
          refreshToken: secret('refresh-2'),
          expiresInSeconds: 3600,
          refreshTokenExpiresInSeconds: null,
          scope: null,
        },
        purpose: 'read',
        letGo: () => {
          letGoAt ??= clock.now() - now;
        },
      },
    );
    while (clock.now() < now + 180_000) {
      await until('it waits to try again', () => clock.waits() === 1);
      await clock.advance(1_000);
    }
    assert.ok(letGoAt !== null && letGoAt >= 10_000 && letGoAt <= 20_000, String(letGoAt));
    assert.ok(away.asked > 30, String(away.asked));
    away.isAway = false;
    await until('it waits to try again', () => clock.waits() === 1);
    await clock.advance(10_000);
    const kept = await keeping;
    assert.ok(kept !== 'again' && kept.refreshed);
    assert.equal((await store.grants.byId(granted.id))?.refreshToken?.reveal(), 'refresh-2');
  });
});

describe('a flight', () => {
  const inFlight = () => createInFlight({ clock: createManualClock(now) });

  it('that lets its callers go is under way until its work is done, and the process waits for it', async () => {
    const running = inFlight();
    const flights = createFlights<string>({ inFlight: running, late: 'late' });
    const work = Promise.withResolvers<string>();
    const first = flights.start('grant', (letGo) => {
      letGo();
      return work.promise;
    });
    assert.equal(await first, 'late');
    assert.equal(await flights.find('grant'), 'late');
    assert.equal(await running.drain(0), false);
    work.resolve('done');
    await until('it has landed', () => flights.find('grant') === undefined);
  });

  it('that fails tells all who joined it, and is over', async () => {
    const flights = createFlights<string>({ inFlight: inFlight(), late: 'late' });
    const flight = flights.start('grant', async () => {
      throw new Error('no');
    });
    await assert.rejects(Promise.resolve(flights.find('grant')), /no/);
    await assert.rejects(flight, /no/);
    await until('it is over', () => flights.find('grant') === undefined);
  });
});
