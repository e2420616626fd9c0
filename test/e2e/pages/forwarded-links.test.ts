// A link in the wrong hands: a callback that is carried to another browser, and a person who signs in through somebody
// else's link.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { approve } from '../../../sandbox/end-user.ts';
import { arrivesAt, mainText, openStage, pick, press, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
  const { status, text } = await stage.call('PATCH', '/v1/settings', {
    return_urls: [returnUrl],
  });
  assert.equal(status, 200, text);
});
after(() => stage.close());

/** Nothing listens there: the test reads the address, and answers for it. */
const returnUrl = 'https://app.localhost/done';

test('a callback that is opened in another browser connects nothing and leaves the right one its turn', async () => {
  const { id, url } = await stage.invite({ provider: 'google' });
  const owner = await approve(url, { login: 'bob@corp.test', stopBeforeCallback: true });
  const thief = await stage.person();
  await thief.goto(owner.callbackUrl);
  await arrivesAt(thief, 'Your mailbox was not connected', 'other-browser');
  assert.match(await mainText(thief), /another browser/);
  assert.equal((await stage.sessionOf(id)).status, 'pending');
  assert.equal((await stage.mailboxes()).length, 0);
  const cookie = owner.cookies.header(new URL(owner.callbackUrl));
  const answer = await fetch(owner.callbackUrl, { headers: { cookie }, redirect: 'manual' });
  assert.equal(answer.status, 303);
  assert.equal((await stage.sessionOf(id)).status, 'connected');
});

test('consent through a forwarded link connects nothing without the word of the site that sent the link', async () => {
  const { id, url } = await stage.invite({
    provider: 'google',
    completion: 'confirm',
    return_url: returnUrl,
  });
  const before = (await stage.mailboxes()).length;
  const victim = await stage.person();
  let reached = '';
  await victim.route('https://app.localhost/**', (route) => {
    reached = route.request().url();
    return route.fulfill({ contentType: 'text/html', body: '<h1>The site</h1>' });
  });
  await victim.goto(url);
  await press(victim, 'Continue to Google');
  await pick(victim, 'alice@gmail.test');
  await press(victim, 'Allow');
  await victim.getByRole('heading', { name: 'The site' }).waitFor();
  const query = new URL(reached).searchParams;
  assert.equal(query.get('session'), id);
  assert.equal((await stage.sessionOf(id)).status, 'waiting_for_confirmation');

  const wrong = await stage.call('POST', `/v1/connect-sessions/${id}/confirm`, { code: 'f'.repeat(64) });
  assert.equal(wrong.body.code, 'confirmation_refused', wrong.text);
  assert.equal((await stage.mailboxes()).length, before);

  // The one who forwarded the link has it, and no code.
  const forwarder = await stage.person();
  await forwarder.goto(url);
  await arrivesAt(forwarder, 'One step is left', 'setback-confirmation');
  assert.doesNotMatch(await forwarder.content(), new RegExp(query.get('code') ?? 'no code'));

  const right = await stage.call('POST', `/v1/connect-sessions/${id}/confirm`, { code: query.get('code') });
  assert.equal(right.body.status, 'connected', right.text);
  assert.equal((await stage.mailboxes()).length, before + 1);
});
