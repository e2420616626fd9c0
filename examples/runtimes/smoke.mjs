// What the client must do in every runtime, against a running server: the driver (scripts/test-runtimes.ts) gives what is
// needed in the environment. Prints one line when all of it holds.
import process from 'node:process';
import { createClient, isMailgrantError, MailgrantError } from '@mailgrant/client';
import { verifyWebhook, verifyWebhookRequest } from '@mailgrant/client/webhooks';
import '@mailgrant/client/connect';
import '@mailgrant/client/gmail';
import '@mailgrant/client/graph';
import '@mailgrant/client/imapflow';
import '@mailgrant/client/nodemailer';

// biome-ignore lint/style/noProcessEnv: a text that each runtime can hand over.
const { baseUrl, hangingUrl, apiKey, mailboxId, webhooks } = JSON.parse(process.env.SMOKE ?? '{}');
const held = [];
function hold(what, isTrue) {
  if (!isTrue) throw new Error(`does not hold: ${what}`);
  held.push(what);
}
const failureOf = (promise) =>
  promise.then(
    () => null,
    (error) => error,
  );

const client = createClient({ baseUrl, apiKey });
hold('a call', (await client.whoami()).scopes.includes('all'));
const emails = [];
for await (const { email } of client.mailboxes.iterate({ limit: 1 })) emails.push(email);
hold('pages', emails.length === 2);
const tokens = client.mailboxes.tokenSource(mailboxId, { resource: 'imap' });
const [first, second] = await Promise.all([tokens.token(), tokens.token()]);
hold('tokens', first.access_token.length > 10 && first === second);
const key = await client.apiKeys.create({ name: 'Smoke', scopes: ['mailboxes:read'] });
hold('an answer without content', (await client.apiKeys.revoke(key.id)) === undefined);

const missing = await failureOf(client.mailboxes.get('00000000-0000-4000-8000-000000000000'));
hold(
  'an error',
  isMailgrantError(missing) && missing instanceof MailgrantError && missing.code === 'not_found',
);
const invalid = await failureOf(client.apiKeys.create({ name: '', scopes: [] }));
hold('its fields', invalid.fields.length > 0);
const silent = createClient({ baseUrl: hangingUrl, timeoutMs: 100, retries: 0 });
const late = await failureOf(silent.whoami());
hold('a time-out', late.code === 'timed_out');
const controller = new AbortController();
const ended = failureOf(client.events.list({}, { signal: controller.signal }));
controller.abort();
hold('an end by the caller', (await ended).code === 'aborted');
const nowhere = createClient({ baseUrl: 'http://127.0.0.1:9', retries: 1 });
hold('an unreachable server', (await failureOf(nowhere.whoami())).code === 'network_error');

for (const { kind, secret, body, headers } of webhooks) {
  const { event } = await verifyWebhook({ body, headers, secrets: secret });
  hold(`webhook ${kind}`, event.type === 'webhook.test');
  const request = new Request('http://localhost/', { method: 'POST', body, headers });
  hold(
    `webhook request ${kind}`,
    (await verifyWebhookRequest(request, { secrets: secret })).event.type !== '',
  );
  const forged = await failureOf(verifyWebhook({ body: `${body} `, headers, secrets: secret }));
  hold(`forged webhook ${kind}`, forged.code === 'signature_wrong');
}
process.stdout.write(`${held.length} hold\n`);
