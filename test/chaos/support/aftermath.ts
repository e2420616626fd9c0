// How trouble ends: callers were told what it was, and afterwards everything works, proved by a refresh of every grant.
import assert from 'node:assert/strict';
import { until } from '../../support/until.ts';
import type { Answer } from './calls.ts';
import { assertTokenWorks } from './provider-side.ts';
import { tokenPath } from './reads.ts';
import { type ChaosWorld, renewed } from './world.ts';

/** A server's error in the words of the API; where the provider is the cause, with a verdict. */
export function assertProblem({ status, headers, text, body }: Answer, code?: string): void {
  assert.ok(status >= 500 && status < 600, `${status} ${text}`);
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(body.status, status);
  assert.equal(typeof body.detail, 'string');
  if (code === undefined) return;
  assert.equal(body.code, code, text);
  assert.equal(typeof Reflect.get(Object(body.verdict), 'sentence'), 'string', text);
}

/** Within `withinSeconds` each grant is refreshed, by its own refresh token: none was lost. */
export async function assertWorksAgain(
  { sandbox, mailboxes, call }: ChaosWorld,
  { withinSeconds = 45 } = {},
): Promise<void> {
  await Promise.all(
    mailboxes.map(async (mailbox) => {
      let answer: Answer | null = null;
      await until(
        `${mailbox.login} is refreshed again`,
        async () => {
          answer = await call('POST', tokenPath(mailbox), renewed);
          assert.notEqual(answer.status, 409, `${mailbox.login} is lost: ${answer.text}`);
          return answer.status === 200 && answer.body.refreshed === true;
        },
        withinSeconds,
      );
      await assertTokenWorks(
        sandbox,
        String(Reflect.get(Object(answer), 'body').access_token),
        mailbox.login,
      );
    }),
  );
}
