// The console in the busy run of the canary tests: signed in to by a key and by the operator's server, used, and left.
import assert from 'node:assert/strict';
import { createCookieJar } from '../../sandbox/cookie-jar.ts';
import type { OperatorServer } from '../support/sign-in-server.ts';
import type { Run } from './canary-run.ts';

export async function visitConsole(run: Run, operatorKey: string): Promise<void> {
  const { installation, collected, operator } = run;
  const { address } = installation;
  const ofConsole = { 'mailgrant-console': '1', origin: address, 'sec-fetch-site': 'same-origin' };
  const noteCookies = (answer: Response): void => {
    for (const line of answer.headers.getSetCookie()) {
      const value = line.split(';')[0]?.split('=').slice(1).join('=') ?? '';
      if (value !== '') collected.secret('cookie', value);
    }
  };
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const answer = await fetch(new URL(path, address), { redirect: 'manual', ...init });
    noteCookies(answer);
    return answer;
  };
  const note = async (answer: Response): Promise<void> => {
    const { status, headers } = answer;
    collected.answer('console', { status, headers, text: await answer.text() });
  };

  const signedIn = await send('/v1/console-session', {
    method: 'POST',
    headers: { ...ofConsole, 'content-type': 'application/json' },
    body: JSON.stringify({ api_key: operatorKey }),
  });
  assert.equal(signedIn.status, 201);
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  await note(signedIn);
  const headers = { ...ofConsole, cookie, 'mailgrant-workspace': installation.workspaceId };
  for (const path of ['/v1/console-session', '/v1/mailboxes', '/v1/webhook-endpoints', '/v1/audit-entries']) {
    const answer = await send(path, { headers });
    assert.equal(answer.status, 200, path);
    await note(answer);
  }
  await note(await send('/console/', {}));
  await note(await send('/v1/console-session', { method: 'DELETE', headers }));
  await note(await send('/v1/console-session', { headers }));
  await signInByOperator(run, operator, note);
}

/** Through the operator's server and back, once let in and once not. */
async function signInByOperator(
  { installation: { address }, collected }: Run,
  operator: OperatorServer,
  note: (answer: Response) => Promise<void>,
): Promise<void> {
  for (const email of ['ada@ops.example', 'eve@elsewhere.example']) {
    operator.person = { sub: email, email, email_verified: true, name: 'Ada' };
    const jar = createCookieJar();
    let url = new URL('/console/oidc/start', address);
    for (let hop = 0; hop < 15; hop += 1) {
      for (const name of ['code', 'state', 'nonce', 'code_verifier']) {
        const value = url.searchParams.get(name);
        if (value !== null) collected.secret(`OIDC ${name}`, value);
      }
      const answer = await fetch(url, { redirect: 'manual', headers: { cookie: jar.header(url) } });
      jar.store(url, answer.headers.getSetCookie());
      const location = answer.headers.get('location');
      if (url.origin === address) await note(answer);
      else await answer.body?.cancel();
      if (location === null) break;
      url = new URL(location, url);
    }
    const here = jar.list().filter(({ host }) => host === new URL(address).host);
    for (const { name, value } of here) collected.secret(`cookie ${name}`, value);
  }
}
