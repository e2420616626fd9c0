// What the provider knows: which tokens it made and in which order, which of them work, which calls reached it. The
// judge of every claim of the gateway's.
import assert from 'node:assert/strict';
import type { JournalEntry, Sandbox } from '../../../sandbox/index.ts';

/** Asks the authorization server, as a mail server would. */
export async function assertTokenWorks(sandbox: Sandbox, accessToken: string, login: string): Promise<void> {
  const { clientId, clientSecret, introspectionUrl } = sandbox.microsoft.dovecot;
  const response = await fetch(introspectionUrl, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ token: accessToken }),
  });
  const told: unknown = await response.json();
  assert.equal(
    Reflect.get(Object(told), 'active'),
    true,
    `a token of ${login} does not work at its provider`,
  );
  assert.equal(Reflect.get(Object(told), 'email'), login, 'the token is of another mailbox');
}

/** The place of each token in the order of their making. Throws for a token that was never made. */
export function orderOfMaking(sandbox: Sandbox): (token: string) => number {
  const places = new Map(sandbox.mintedSecrets().map((value, place) => [value, place]));
  return (token) => {
    const place = places.get(token);
    assert.notEqual(place, undefined, 'a token was handed out that its provider never made');
    return Number(place);
  };
}

const isCall = ({ kind }: JournalEntry): boolean => kind === 'refresh' || kind === 'token';

export type ProviderCalls = {
  /** Reached the token endpoint. */
  begun: number;
  /** Still without an answer. */
  unanswered: number;
};

export function callsAtProvider(sandbox: Sandbox): ProviderCalls {
  const calls = sandbox.journal.entries().filter(isCall);
  return { begun: calls.length, unanswered: calls.filter(({ status }) => status === 0).length };
}

/** Refreshes of that person which the provider has worked on, answered or not: each has used up a refresh token. */
export function refreshesOf(sandbox: Sandbox, login: string): { answered: number; unanswered: number } {
  const calls = sandbox.journal.entries({ kind: 'refresh', login });
  const answered = calls.filter(({ status }) => status === 200).length;
  return { answered, unanswered: calls.filter(({ status }) => status === 0).length };
}
