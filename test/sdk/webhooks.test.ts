// Webhook verification, crossed with the library of the Standard Webhooks project and with the cryptography of Node.js.
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import {
  signTestWebhook,
  type VerifyWebhookOptions,
  verifyWebhook,
  verifyWebhookRequest,
  WebhookVerificationError,
} from '../../sdk/src/webhooks.ts';

const now = Date.now();
const seconds = Math.floor(now / 1000);
const event = {
  type: 'mailbox.connected',
  timestamp: new Date(now).toISOString(),
  data: { mailbox_id: '019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10', name: 'Zoë ✓' },
};
const body = JSON.stringify(event);
const secret = `whsec_${randomBytes(32).toString('base64')}`;

const hmac = (key: string, { id = 'evt_1', at = now, text = body } = {}): string =>
  new Webhook(key).sign(id, new Date(at), text);
const headers = (signature: string, more: Record<string, string> = {}) => ({
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(seconds),
  'webhook-signature': signature,
  ...more,
});
const refusal = (options: Partial<VerifyWebhookOptions>): Promise<unknown> =>
  verifyWebhook({ body, headers: headers(hmac(secret)), secrets: secret, ...options }).then(
    () => 'believed',
    (error: unknown) => (error instanceof WebhookVerificationError ? error.code : error),
  );

function ed25519() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    publicKey: `whpk_${raw.toString('base64')}`,
    signed: (text = body) =>
      `v1a,${sign(null, Buffer.from(`evt_1.${seconds}.${text}`), privateKey).toString('base64')}`,
  };
}

test('what the library of the project signs is believed, with the event as it was sent', async () => {
  const verified = await verifyWebhook({ body, headers: headers(hmac(secret)), secrets: secret });
  assert.deepEqual(verified.event, event);
  assert.equal(verified.id, 'evt_1');
  assert.equal(verified.sentAt.getTime(), seconds * 1000);
  const bytes = new TextEncoder().encode(body);
  await verifyWebhook({ body: bytes, headers: new Headers(headers(hmac(secret))), secrets: secret });
  // And the library believes what it signed, so both mean the same text.
  assert.deepEqual(new Webhook(secret).verify(body, headers(hmac(secret))), event);
});

test('a request of a fetch server is verified as it came', async () => {
  const request = () =>
    new Request('https://app.example.com/hooks', { method: 'POST', body, headers: headers(hmac(secret)) });
  assert.deepEqual((await verifyWebhookRequest(request(), { secrets: secret })).event, event);
  const huge = new Request('https://app.example.com/hooks', { method: 'POST', body: ' '.repeat(1_100_000) });
  await assert.rejects(verifyWebhookRequest(huge, { secrets: secret }), { code: 'body_too_large' });
});

test('a signature with Ed25519 is believed by its public key', async () => {
  const { publicKey, signed } = ed25519();
  assert.equal(await refusal({ headers: headers(signed()), secrets: publicKey }), 'believed');
  assert.equal(await refusal({ headers: headers(signed('{}')), secrets: publicKey }), 'signature_wrong');
  assert.equal(
    await refusal({ headers: headers(signed()), secrets: ed25519().publicKey }),
    'signature_wrong',
  );
});

test('while secrets change, one that fits one of the signatures is enough', async () => {
  const next = `whsec_${randomBytes(24).toString('base64')}`;
  const both = headers(`${hmac(next)} ${hmac(secret)}`);
  assert.equal(await refusal({ headers: both, secrets: secret }), 'believed');
  assert.equal(await refusal({ headers: both, secrets: next }), 'believed');
  assert.equal(await refusal({ secrets: [next, secret] }), 'believed');
  assert.equal(await refusal({ secrets: [next, ed25519().publicKey] }), 'signature_wrong');
  const { publicKey, signed } = ed25519();
  assert.equal(
    await refusal({ headers: headers(`${hmac(next)} ${signed()}`), secrets: publicKey }),
    'believed',
  );
});

test('another body, id, time or kind of signature is not believed', async () => {
  assert.equal(await refusal({ body: body.replace('Zoë', 'Zoe') }), 'signature_wrong');
  assert.equal(await refusal({ body: `${body} ` }), 'signature_wrong');
  assert.equal(
    await refusal({ headers: headers(hmac(secret), { 'webhook-id': 'evt_2' }) }),
    'signature_wrong',
  );
  const moved = { 'webhook-timestamp': String(seconds - 10) };
  assert.equal(await refusal({ headers: headers(hmac(secret), moved) }), 'signature_wrong');
  // The public key of one kind must not be taken for the secret of the other.
  const { publicKey } = ed25519();
  const forged = hmac(publicKey.replace('whpk_', 'whsec_'));
  for (const signature of [forged, forged.replace('v1,', 'v1a,'), '', 'v1,', 'v1,***', 'v2,AAAA']) {
    const code = signature === '' ? 'headers_missing' : 'signature_wrong';
    assert.equal(await refusal({ headers: headers(signature), secrets: publicKey }), code, signature);
  }
});

test('what is older or newer than the tolerance is not believed, whoever signed it', async () => {
  const at = (offset: number, toleranceSeconds?: number) => {
    const time = now + offset * 1000;
    const timed = { 'webhook-timestamp': String(Math.floor(time / 1000)) };
    return refusal({ now, toleranceSeconds, headers: headers(hmac(secret, { at: time }), timed) });
  };
  assert.equal(await at(-299), 'believed');
  assert.equal(await at(-302), 'too_old');
  assert.equal(await at(302), 'too_new');
  assert.equal(await at(-302, 600), 'believed');
  const timeless = headers(hmac(secret), { 'webhook-timestamp': 'now' });
  assert.equal(await refusal({ headers: timeless }), 'timestamp_unreadable');
});

test('what is signed and no event is told apart from what is not signed', async () => {
  for (const text of ['', 'no JSON', '[]', '{"type":1}']) {
    assert.equal(
      await refusal({ body: text, headers: headers(hmac(secret, { text })) }),
      'body_unreadable',
      text,
    );
  }
});

test('a secret that is none is a mistake of the program, and is not printed', async () => {
  const mistakes = ['', 'whsec_', 'whsec_***', 'whpk_AAAA', `whsk_${randomBytes(64).toString('base64')}`];
  for (const secrets of [...mistakes, []]) {
    const error = await refusal({ secrets });
    assert.ok(error instanceof TypeError);
    if (typeof secrets === 'string' && secrets.length > 8) assert.ok(!error.message.includes(secrets));
  }
});

test('a mistake of the receiver is told as such, and lets nothing through', async () => {
  const given = { body, headers: headers(hmac(secret)), secrets: secret };
  // As programs without types call it.
  const verify = (wrong: object): Promise<unknown> =>
    Reflect.apply(verifyWebhook, null, [{ ...given, ...wrong }]);
  await assert.rejects(verify({ body: event }), /TypeError.*parsed cannot be verified/);
  for (const wrong of [
    { body: undefined },
    { body: new ArrayBuffer(8) },
    { headers: undefined },
    { secrets: undefined },
    { secrets: [] },
    { secrets: [secret, undefined] },
    { toleranceSeconds: Number.NaN },
    { toleranceSeconds: 'five minutes' },
    { toleranceSeconds: -1 },
  ])
    await assert.rejects(verify(wrong), TypeError, JSON.stringify(wrong));
});

test('what is signed for a test is believed here and by the library of the project, and an old one is not', async () => {
  const data = { mailbox_id: 'Zoë ✓' };
  const signed = await signTestWebhook({ type: 'mailbox.connected', data }, { secret, id: 'evt_7' });
  const { id, event: believed } = await verifyWebhook({ ...signed, secrets: secret });
  assert.deepEqual([id, believed.type, believed.data], ['evt_7', 'mailbox.connected', data]);
  assert.deepEqual(new Webhook(secret).verify(signed.body, signed.headers), believed);
  const request = new Request('https://app.example.com/hooks', { method: 'POST', ...signed });
  assert.equal((await verifyWebhookRequest(request, { secrets: secret })).id, 'evt_7');
  const old = await signTestWebhook({ type: 'x', data }, { secret, sentAt: new Date(now - 301_000) });
  assert.equal(await refusal(old), 'too_old');
  for (const wrong of ['', 'whsec_', 'whsk_AAAA', 'whpk_AAAA', 'whsec_not base64!']) {
    await assert.rejects(signTestWebhook({ type: 'x', data }, { secret: wrong }), TypeError);
  }
});
