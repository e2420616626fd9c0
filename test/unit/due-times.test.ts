// The moments at which grants are refreshed without anybody asking, and those at which they end.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endingOf, endOf, nextDue, warmAt } from '../../src/core/due-times.ts';
import { endWarningOf, outlookOf } from '../../src/core/grant-endings.ts';
import { secret } from '../../src/core/secret.ts';
import { grant, newId, now, tokenSet } from '../stores/fixtures.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const settings = { keepAliveSeconds: 7 * 24 * 3600, warmSeconds: 6 * 3600 };
const owner = { workspaceId: newId(), oauthClientId: newId() };

/** How many fall in the fullest minute. */
const fullestMinute = (moments: readonly number[]): number => {
  const counts = new Map<number, number>();
  for (const at of moments) {
    const key = Math.floor(at / minute);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(...counts.values());
};

/** The same sequence in every run. */
const drawn = () => {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};
const random = { id: newId, bytes: (size: number) => new Uint8Array(size), fraction: drawn() };
const ports = { random, settings };

describe('warm moments', () => {
  const ofToken = (more: Parameters<typeof tokenSet>[1] = {}) => tokenSet(newId(), { readAt: now, ...more });

  it('a token that was read lately is renewed between five twelfths and one twelfth of its life before its end', () => {
    for (let index = 0; index < 1_000; index += 1) {
      const at = warmAt(ports, now, ofToken()) ?? 0;
      assert.ok(at >= now + 35 * minute && at <= now + 55 * minute, String(at - now));
    }
  });

  it('the moment is the same however often it is asked for', () => {
    const token = ofToken();
    const moments = Array.from({ length: 100 }, (_, index) =>
      warmAt(ports, now + index * 1_000, { ...token, readAt: now + index * 1_000 }),
    );
    assert.equal(new Set(moments).size, 1);
  });

  it('a moment may be past, for the first reader after it; a token that is over is left to its readers', () => {
    const token = ofToken();
    const late = { ...token, readAt: now + 58 * minute };
    assert.equal(warmAt(ports, now + 58 * minute, late), warmAt(ports, now, token));
    assert.equal(warmAt(ports, now + hour, { ...token, readAt: now + hour }), null);
  });

  it('a token set that could not be renewed at its moment does not make its grant due all the time', () => {
    const late = ofToken({ readAt: now + 58 * minute });
    assert.equal(nextDue(ports, now + 58 * minute, [late, ofToken({ readAt: null })]), now + hour);
  });

  it('nobody renews a token whose last read will be too long ago by then', () => {
    const within = settings.warmSeconds * 1000;
    assert.equal(warmAt(ports, now, ofToken({ readAt: null })), null);
    assert.equal(warmAt(ports, now, ofToken({ readAt: now - within })), null);
    assert.equal(warmAt(ports, now, ofToken({ readAt: now - within + 34 * minute })), null);
    assert.notEqual(warmAt(ports, now, ofToken({ readAt: now - within + 56 * minute })), null);
    assert.equal(warmAt({ settings: { ...settings, warmSeconds: 0 } }, now, ofToken()), null);
  });

  it('a token that lives for less than ten minutes makes no loop: it is renewed for the keep-alive alone', () => {
    for (const seconds of [1, 30, 60, 300, 599]) {
      const token = ofToken({ expiresAt: now + seconds * 1000 });
      assert.equal(warmAt(ports, now, token), null);
      assert.ok(nextDue(ports, now, [token]) >= now + 3.5 * day);
    }
    const token = ofToken({ expiresAt: now + 600_000 });
    assert.ok((warmAt(ports, now, token) ?? 0) >= now + 350_000);
  });

  it('of several token sets the soonest moment counts', () => {
    const [early, late] = [ofToken(), ofToken({ obtainedAt: now + hour, expiresAt: now + 2 * hour })];
    assert.equal(nextDue(ports, now, [late, early]), warmAt(ports, now, early));
  });
});

describe('a thousand mailboxes imported in one minute', () => {
  const grantIds = Array.from({ length: 1_000 }, newId);

  it('are kept alive over half a week, no minute with more than a few', () => {
    const moments = grantIds.map((_, index) => nextDue(ports, now + index * 60, []));
    assert.ok(Math.min(...moments) >= now + 3.5 * day);
    assert.ok(Math.max(...moments) <= now + 7 * day + minute);
    // 5,040 minutes for 1,000 mailboxes.
    assert.ok(fullestMinute(moments) <= 8, String(fullestMinute(moments)));
    const early = moments.filter((at) => at < now + 5.25 * day).length;
    assert.ok(early > 400 && early < 600, `${early} of 1000 in the first half`);
  });

  it('are kept warm in no step, and further apart with each round', () => {
    let tokens = grantIds.map((grantId, index) =>
      tokenSet(grantId, { obtainedAt: now + index * 60, expiresAt: now + index * 60 + hour }),
    );
    const fullest: number[] = [];
    for (let round = 1; round <= 8; round += 1) {
      const moments = tokens.map(
        (token) => warmAt(ports, token.obtainedAt, { ...token, readAt: token.obtainedAt }) ?? 0,
      );
      fullest.push(fullestMinute(moments));
      tokens = tokens.map((token, index) => {
        const obtainedAt = moments[index] ?? 0;
        return { ...token, obtainedAt, expiresAt: obtainedAt + hour };
      });
    }
    // 20 minutes for the first round, so 5 % on average; after eight the bell is some 70 minutes wide.
    for (const count of fullest) assert.ok(count <= 80, `at most 8 % in one minute: ${fullest}`);
    assert.ok((fullest.at(-1) ?? 1_000) <= 45, `at most 4.5 % in the eighth round: ${fullest}`);
  });
});

describe('ends of grants', () => {
  const ended = (more: Parameters<typeof grant>[1]) => {
    const ending = endingOf(grant(owner, more));
    return ending && [ending.reason, (ending.at - now) / day];
  };

  it('disuse ends a grant after 90 days at Microsoft and half a year at Google, unless the provider named a sooner end', () => {
    assert.deepEqual(ended({ provider: 'microsoft' }), ['idle', 90]);
    assert.deepEqual(ended({ provider: 'google' }), ['idle', 183]);
    assert.deepEqual(ended({ refreshTokenExpiresAt: now + 30 * day }), ['time_limited', 30]);
    assert.deepEqual(ended({ refreshTokenExpiresAt: now + 200 * day }), ['idle', 183]);
  });

  it('seven days after a consent at Google are the testing mode; after a later renewal, too', () => {
    assert.deepEqual(ended({ refreshTokenExpiresAt: now + 7 * day - 1_000 }), [
      'testing_mode',
      7 - 1_000 / day,
    ]);
    const later = { consentedAt: now - 3 * day, refreshTokenExpiresAt: now + 4 * day };
    assert.deepEqual(ended(later), ['testing_mode', 4]);
    assert.deepEqual(ended({ ...later, provider: 'microsoft' }), ['time_limited', 4]);
  });

  it('what is minted without a refresh token does not end', () => {
    assert.equal(endOf(grant(owner, { refreshToken: null })), null);
    assert.equal(endWarningOf(grant(owner, { refreshToken: null }), now + 1_000 * day), null);
  });

  /** The step that is reached so many days before the end. */
  const steps = (more: Parameters<typeof grant>[1], daysBefore: readonly number[]) => {
    const one = grant(owner, { ...more, refreshToken: secret('token') });
    const end = endOf(one) ?? 0;
    return daysBefore.map((days) => endWarningOf(one, end - days * day)?.withinDays ?? null);
  };

  it('a warning comes 14, 7, 3 and 1 days ahead', () => {
    const daysBefore = [15, 14, 8, 7, 4, 3, 2, 1, 0.1, 0, -5];
    const expected = [null, 14, 14, 7, 7, 3, 3, 1, 1, 1, 1];
    assert.deepEqual(steps({ provider: 'microsoft' }, daysBefore), expected);
    assert.deepEqual(steps({ refreshTokenExpiresAt: now + 90 * day }, daysBefore), expected);
  });

  it('of a short life no warning comes in its first half, and one on its last day in any case', () => {
    const week = { refreshTokenExpiresAt: now + 7 * day - 1_000 };
    assert.deepEqual(steps(week, [7, 6, 4, 3, 1]), [null, null, null, 3, 1]);
    assert.deepEqual(steps({ refreshTokenExpiresAt: now + day }, [1, 0.5]), [1, 1]);
  });

  it('the days that are left are full ones, and a dead grant has none', () => {
    const one = grant(owner, { provider: 'microsoft' });
    const left = [2.5, 2, 0.1, -1].map((days) => endWarningOf(one, now + (90 - days) * day)?.daysLeft);
    assert.deepEqual(left, [3, 2, 1, 0]);
    const dead = grant(owner, { status: 'needs_reauthorization' });
    assert.deepEqual(outlookOf(dead, now + 182 * day), { endsAt: null, warning: null });
    assert.deepEqual(outlookOf(one, now), { endsAt: now + 90 * day, warning: null });
    assert.equal(outlookOf(one, now + 85 * day).warning?.code, 'grant_ending_idle');
  });
});
