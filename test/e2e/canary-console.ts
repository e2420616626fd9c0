// The console in the busy run of the canary tests: signed in to by a key and by the operator's server, used, and left.
import assert from 'node:assert/strict';
import { createCookieJar } from '../../sandbox/cookie-jar.ts';
import { memberOf } from '../support/installation.ts';
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
  const read = async (path: string): Promise<unknown> => {
    const answer = await send(path, { headers });
    assert.equal(answer.status, 200, path);
    const text = await answer.text();
    collected.answer('console', { status: 200, headers: answer.headers, text });
    return JSON.parse(text);
  };
  const seen = await readEverything(read);
  assert.ok(seen > 30, `the console saw ${seen} answers`);
  await note(await send('/console/', {}));
  await note(await send('/v1/console-session', { method: 'DELETE', headers }));
  await note(await send('/v1/console-session', { headers }));
  await signInByOperator(run, operator, note);
}

/** Whatever the document says can be read: each list, and of each list's first objects all that there is of one. */
async function readEverything(read: (path: string) => Promise<unknown>): Promise<number> {
  const paths = Object.entries(Object(memberOf(await read('/v1/openapi.json'), 'paths')))
    .filter(([, methods]) => Object.hasOwn(Object(methods), 'get'))
    .map(([path]) => path);
  const objects = new Map<string, string[]>();
  let seen = 0;
  for (const path of paths.filter((each) => !each.includes('{'))) {
    const items = memberOf(await read(path), 'items');
    seen += 1;
    if (Array.isArray(items)) {
      objects.set(
        path,
        items.slice(0, 3).map((item: unknown) => String(memberOf(item, 'id'))),
      );
    }
  }
  for (const path of paths.filter((each) => each.includes('{id}'))) {
    const [list = ''] = path.split('/{id}');
    for (const id of objects.get(list) ?? []) {
      await read(path.replace('{id}', id));
      seen += 1;
    }
  }
  return seen;
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
