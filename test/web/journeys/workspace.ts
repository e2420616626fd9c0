// What a workspace owner sets up beside mailboxes: webhooks to a receiver that really takes them, API keys that really
// work, the log of it all, settings, and what people may ask for.
import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { importMailbox } from '../../support/imported-mailbox.ts';
import { until } from '../../support/until.ts';
import { answering, startReceiver } from '../../support/webhook-receiver.ts';
import { inSight } from '../support/in-sight.ts';
import { journey, type Stage } from '../support/stage.ts';
import { answer, choose, fromMenu, goTo, heading, press, signIn } from '../support/steps.ts';

export function workspace(stage: () => Stage): void {
  journey(
    stage,
    'a webhook endpoint is made, tried, seen to fail, mended, and sent again what it missed',
    async (stage) => {
      const { installation, inspect } = stage;
      const receiver = await startReceiver();
      try {
        const mailboxId = await importMailbox(installation, 'google', 'bob@corp.test');
        const visitor = await stage.visit();
        const { page } = visitor;
        await signIn(visitor, installation.address, installation.apiKey);
        await goTo(page, 'Webhooks');
        await inspect(page, 'webhooks-none');
        await page.getByRole('main').getByRole('button', { name: 'Add an endpoint' }).first().click();
        await page.getByRole('dialog').getByLabel('URL').fill(receiver.url);
        await inSight(page, 'Add the endpoint');
        await inspect(page, 'webhook-new');
        await answer(page, 'Add the endpoint');
        const secret = await page
          .getByRole('dialog')
          .getByText(/^whsec_/)
          .textContent();
        await inSight(page, 'Go to the endpoint and try it');
        await inspect(page, 'webhook-secret');
        await answer(page, 'Go to the endpoint and try it');
        await heading(page, receiver.url).waitFor();
        assert.doesNotMatch(await page.content(), /whsec_/, 'the secret is shown once');

        receiver.respond(answering(202, {}, '{"taken":true}'));
        await press(page, 'Send a test event');
        await page.getByRole('region', { name: 'Try it' }).getByText('202', { exact: true }).waitFor();
        const example = receiver.received.at(-1);
        assert.ok(example);
        new Webhook(secret ?? '').verify(example.body, example.headers);
        await page.getByRole('link', { name: 'See what was sent' }).click();
        await page.getByText('Test', { exact: true }).waitFor();
        assert.equal(await page.getByRole('button', { name: 'Send it again' }).count(), 0);
        await page.goBack();
        await heading(page, receiver.url).waitFor();

        receiver.respond(answering(500, {}, 'out of order'));
        await installation.call('PATCH', `/v1/mailboxes/${mailboxId}`, { disabled: true });
        const deliveries = page.getByRole('table', { name: 'Deliveries' });
        await deliveries.getByRole('link', { name: 'mailbox.disabled' }).click();
        await heading(page, 'mailbox.disabled').waitFor();
        await page
          .getByRole('region', { name: 'Attempts' })
          .getByText('500', { exact: true })
          .first()
          .waitFor();
        await page.getByText('out of order').first().waitFor();
        await inspect(page, 'webhook-delivery-failing');

        receiver.respond(answering(204));
        const before = receiver.received.length;
        await press(page, 'Send it again');
        await page.getByRole('region', { name: 'Attempts' }).getByText('204', { exact: true }).waitFor();
        assert.equal(receiver.received.length, before + 1);
        const [failed, again] = receiver.received.filter(({ body }) => body.includes('mailbox.disabled'));
        assert.equal(again?.headers['webhook-id'], failed?.headers['webhook-id'], 'duplicates can be told');
        await page.getByText('Delivered', { exact: true }).first().waitFor();

        await goTo(page, 'Webhooks');
        await inspect(page, 'webhooks');
        await page.getByRole('main').getByRole('link', { name: receiver.url }).click();
        await heading(page, receiver.url).waitFor();
        await press(page, 'Edit');
        await inSight(page, 'Save');
        await answer(page, 'Cancel');
        await fromMenu(page, 'More actions', 'Make a new secret');
        await inSight(page, 'Make a new secret');
        await page.getByRole('dialog').getByRole('button', { name: /Make/ }).click();
        const next = await page
          .getByRole('dialog')
          .getByText(/^whsec_/)
          .textContent();
        assert.notEqual(next, secret);
        await answer(page, 'Done');
        await press(page, 'Send a test event');
        await until('the example came', () => receiver.received.length > before + 1);
        const both = receiver.received.at(-1);
        assert.ok(both);
        for (const either of [secret, next]) new Webhook(either ?? '').verify(both.body, both.headers);

        await fromMenu(page, 'More actions', 'Disable');
        await answer(page, 'Disable');
        await page.getByText('It is sent nothing').waitFor();
        await inspect(page, 'webhook-disabled');
        await page.getByRole('button', { name: 'Enable', exact: true }).click();
        await page.getByText('It is sent nothing').waitFor({ state: 'detached' });
      } finally {
        await receiver.close();
      }
    },
  );

  journey(
    stage,
    'an API key does what its scopes say from when it is made until it is revoked',
    async (stage) => {
      const { installation, inspect } = stage;
      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, installation.apiKey);
      await goTo(page, 'API keys');
      await press(page, 'Make an API key');
      await inSight(page, 'Make the key');
      await answer(page, 'Make the key');
      await page.getByText('Give it a name.').waitFor();
      await page.getByText('Tick at least one.').waitFor();
      await page.getByRole('dialog').getByLabel('Name').fill('Reporting');
      await page.getByRole('checkbox', { name: /See mailboxes, their status and their reads/ }).check();
      await inspect(page, 'api-key-new');
      await answer(page, 'Make the key');
      const key = await page.getByRole('dialog').getByText(/^mg_/).textContent();
      await inSight(page, 'I have copied it');
      await inspect(page, 'api-key-made');
      await answer(page, 'I have copied it');
      assert.doesNotMatch(await page.content(), new RegExp(key ?? 'mg_'), 'the key is shown once');
      const call = installation.callAs(key ?? '');
      assert.equal((await call('GET', '/v1/mailboxes')).status, 200);
      assert.equal((await call('POST', '/v1/connect-sessions', { provider: 'google' })).status, 403);
      await inspect(page, 'api-keys');
      await press(page, 'Revoke Reporting');
      await answer(page, 'Revoke it');
      await page.getByText('Reporting is revoked.').waitFor();
      assert.equal((await call('GET', '/v1/mailboxes')).status, 401);
    },
  );

  journey(
    stage,
    'the audit log tells what was done at the console and by mailbox owners, and is filtered',
    async (stage) => {
      const { installation, inspect } = stage;
      const { session } = await installation.connect('google', { login: 'gina@corp.test' });
      assert.equal(session.status, 'connected');
      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, installation.apiKey);
      await goTo(page, 'Audit log');
      const table = page.getByRole('table', { name: 'Audit log' });
      await table.getByText('api_key.revoked').first().waitFor();
      await table.getByText('Person at the console').first().waitFor();
      await inspect(page, 'audit');
      await choose(page, 'What', 'Connected a mailbox');
      await table.getByText('mailbox.connected').first().waitFor();
      await until(
        'nothing else is left',
        async () => (await table.getByText('api_key.revoked').count()) === 0,
      );
      await table.getByText('By this connect session').first().waitFor();
      await choose(page, 'What', 'Added a webhook endpoint');
      await table.getByText('webhook_endpoint.created').first().waitFor();
    },
  );

  journey(
    stage,
    "EmailEngine's endpoint for tokens is opened only after what that means was told",
    async (stage) => {
      const { installation, inspect } = stage;
      const visitor = await stage.visit();
      const { page } = visitor;
      await signIn(visitor, installation.address, installation.apiKey);
      await goTo(page, 'Settings');
      await inspect(page, 'settings');
      await press(page, 'Switch it on');
      await page
        .getByText(/reading and sending mail as the owner/)
        .first()
        .waitFor();
      await page.getByRole('dialog', { name: /EmailEngine/ }).waitFor();
      await inspect(page, 'settings-tokens');
      await answer(page, 'Switch it on');
      await page.getByText('It answers from now on.').waitFor();
      assert.equal((await installation.call('GET', '/v1/settings')).body.oauth_tokens_api, true);
      await press(page, 'Switch it off');
      await page.getByText('Off: it answers 403').waitFor();
      await page.getByLabel('One a line').fill('https://app.example.com/done/');
      await page.getByRole('region', { name: 'Return URLs' }).getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved', { exact: true }).waitFor();
      assert.deepEqual((await installation.call('GET', '/v1/settings')).body.return_urls, [
        'https://app.example.com/done/',
      ]);
    },
  );

  journey(stage, 'a person is told what is held of them, and forgotten when they want it', async (stage) => {
    const { installation, inspect } = stage;
    const visitor = await stage.visit();
    const { page } = visitor;
    await signIn(visitor, installation.address, installation.apiKey);
    await goTo(page, 'People');
    await page.getByLabel('An address of the person').fill('gina@corp.test');
    await press(page, 'Find everything');
    await page.getByRole('heading', { name: 'Held of gina@corp.test' }).waitFor();
    await inspect(page, 'people');
    await press(page, 'Forget the person');
    await page.getByRole('dialog').getByLabel('Type gina@corp.test to confirm').fill('gina@corp.test');
    await answer(page, 'Forget for ever');
    await page.getByRole('heading', { name: 'The person is forgotten' }).waitFor();
    await inspect(page, 'people-forgotten');
    const { body } = await installation.call('GET', '/v1/mailboxes?search=gina');
    assert.deepEqual(body.items, []);
  });
}
