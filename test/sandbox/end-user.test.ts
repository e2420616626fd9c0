// The stand-in for the person, against a gateway that behaves like ours: a connect page with one form, a cookie that
// binds the browser, a callback that leads to a result page.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { createCookieJar } from '../../sandbox/cookie-jar.ts';
import { approve } from '../../sandbox/end-user.ts';
import { parseForm } from '../../sandbox/html-form.ts';
import { startSandbox } from '../../sandbox/index.ts';
import { parseEndpointFile } from '../../src/providers/endpoints.ts';
import { clientOf, sandboxFor } from './harness.ts';

const BINDING = '__Host-binding=secret; Path=/; Secure; HttpOnly; SameSite=Lax';

function html(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'text/html' }).end(body);
}

/** A gateway whose connect page leads to `authorizeUrl`; returns its origin. */
async function startGateway(t: TestContext, authorizeUrl: (origin: string) => string): Promise<string> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', origin);
    if (request.method === 'POST') {
      response.writeHead(303, { location: authorizeUrl(origin), 'set-cookie': BINDING }).end();
    } else if (url.pathname === '/connect/token') {
      const form =
        '<form method="post" action="/connect/token"><button type="submit">Continue</button></form>';
      html(response, `<h1>Connect</h1>${form}`);
    } else if (url.pathname === '/callback') {
      const bound = (request.headers.cookie ?? '').includes('__Host-binding=secret');
      const result = bound ? (url.searchParams.get('error') ?? 'connected') : 'unbound';
      response.writeHead(303, { location: `/connect/done?result=${result}` }).end();
    } else {
      html(response, `<h1>Done</h1><p>${url.searchParams.get('result')}</p>`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return origin;
}

for (const provider of ['google', 'microsoft'] as const) {
  test(`${provider}: approve walks from the connect page to the result page`, async (t) => {
    const sandbox = await sandboxFor(t);
    const client = clientOf(sandbox, provider);
    const start = await startGateway(t, (origin) =>
      client.authorizeUrl({ redirect_uri: `${origin}/callback` }),
    );
    sandbox[provider].addRedirectUri(`${start}/callback`);
    const login = provider === 'google' ? 'alice@gmail.test' : 'dave@outlook.test';
    const outcome = await approve(`${start}/connect/token`, { login });
    assert.deepEqual(outcome.pages, ['Connect', 'Choose an account', 'Allow access?', 'Done']);
    assert.match(outcome.callbackUrl, /\/callback\?code=/);
    assert.match(outcome.body, /connected/);
    const refused = await approve(`${start}/connect/token`, {
      login: provider === 'google' ? 'carol@gmail.test' : 'erin@contoso.test',
      deny: true,
    });
    assert.match(refused.body, /access_denied/);
  });
}

test('the cookie jar keeps hosts, ports and paths apart and drops expired cookies', () => {
  const jar = createCookieJar();
  const url = new URL('http://127.0.0.1:1000/a/b');
  jar.store(url, ['one=1; Path=/a', 'two=2; Path=/other', '__Host-bad=3; Path=/a; Secure', 'gone=4']);
  jar.store(url, ['gone=; Max-Age=0']);
  assert.equal(jar.header(new URL('http://127.0.0.1:1000/a/c')), 'one=1');
  assert.equal(jar.header(new URL('http://127.0.0.1:1000/ab')), '');
  assert.equal(jar.header(new URL('http://127.0.0.1:2000/a')), '');
  const plain = new URL('http://mail.example.test/');
  jar.store(plain, ['secure=1; Secure']);
  assert.equal(jar.header(plain), '');
});

test('a form is read with its escapes', () => {
  const form = parseForm(
    `<form method='POST' action="/go?a=1&amp;b=2"><input type=hidden name=csrf value='x&#39;y'>
    <input type="checkbox" name="scope" value="s" checked><button name="step" value="allow">Allow</button></form>`,
  );
  assert.deepEqual(form, {
    action: '/go?a=1&b=2',
    hidden: [['csrf', "x'y"]],
    boxes: [{ name: 'scope', value: 's' }],
    buttons: [{ name: 'step', value: 'allow' }],
  });
});

test('the endpoint file is one that Mailgrant takes, with and without mail servers', async (t) => {
  for (const mail of ['npm', 'none'] as const) {
    const sandbox = await startSandbox({ mail });
    t.after(() => sandbox.close());
    const table = parseEndpointFile(JSON.parse(JSON.stringify(sandbox.endpoints)));
    // Every member is replaced: nothing may point at the real providers.
    assert.equal(table.replaced.length, 9 + 11);
  }
});
