// Ten minutes, told by an injected clock.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { approve } from '../../sandbox/end-user.ts';
import { systemClock } from '../../src/system.ts';
import { type Installation, startInstallation } from '../support/installation.ts';

let installation: Installation;
let offset = 0;
before(async () => {
  const clock = { ...systemClock, now: () => Date.now() + offset };
  installation = await startInstallation({ substitutes: { clock } });
});
after(() => installation.close());

test('after ten minutes a session is expired, its link is dead, and a late callback connects nothing', async () => {
  const { call } = installation;
  const invitation = await call('POST', '/v1/connect-sessions', { provider: 'google' });
  const life = Date.parse(String(invitation.body.expires_at)) - Date.now();
  assert.ok(Math.abs(life - 600_000) < 5_000, `${life} ms`);
  const stopped = await approve(String(invitation.body.url), {
    login: 'bob@corp.test',
    stopBeforeCallback: true,
  });

  offset = 601_000;
  const expired = await call('GET', `/v1/connect-sessions/${invitation.body.id}`);
  assert.equal(expired.body.status, 'expired');
  const link = await fetch(String(invitation.body.url), { method: 'POST', redirect: 'manual' });
  assert.equal(link.status, 410);
  const cookie = stopped.cookies.header(new URL(stopped.callbackUrl));
  const callback = await fetch(stopped.callbackUrl, { headers: { cookie } });
  assert.equal(callback.status, 410);
  const mailboxes = await call('GET', '/v1/mailboxes');
  assert.deepEqual(mailboxes.body.items, []);
});
