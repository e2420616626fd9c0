// Failures of the field that are mistakes on the client's side of the wire: no provider says anything, so each names
// what has to hold instead, and the tests that hold it.
import type { OwnCase } from './types.ts';

const own = (
  id: string,
  symptom: string,
  guarantee: string,
  tests: [file: string, name: string][],
  code?: string,
): OwnCase => ({
  id,
  said: 'ours',
  symptom,
  guarantee,
  tests: tests.map(([file, name]) => ({ file, name })),
  ...(code === undefined ? {} : { code }),
});

export const ownCases: readonly OwnCase[] = [
  own(
    'G5',
    'Google gives no refresh token, and the mailbox stops after an hour.',
    'Every connection asks for one with a consent page, and a connection without one is refused.',
    [
      ['test/surfaces/native-endings.test.ts', 'refresh_token_missing when the provider gives none'],
      ['test/e2e/connect-faults.test.ts', 'every connection at Google comes with a refresh token'],
    ],
    'refresh_token_missing',
  ),
  own(
    'G9/consent',
    'A box on the consent page was left unticked.',
    'The granted scope is compared before anything is stored, and the missing permission is named.',
    [['test/e2e/connect-faults.test.ts', 'an unticked scope']],
    'scope_missing',
  ),
  own(
    'G19',
    'One mailbox is disconnected, and another connection of the same account stops.',
    'Google revokes for a person and a client, so nothing is revoked that somebody else still uses.',
    [['test/e2e/imports.test.ts', 'ends no grant that another workspace has imported']],
  ),
  own(
    'M15',
    'A grant is renewed at another directory than it was given at.',
    'The directory is kept with the grant and named in every refresh.',
    [['test/providers/flows.test.ts', 'a refresh rotates the token at the grant']],
  ),
  own(
    'M18',
    'One token is asked for IMAP and Graph together.',
    'One token request names the scopes of one resource.',
    [['test/field/own-guarantees.test.ts', 'one token request names one resource']],
  ),
  own(
    'M19',
    'A scanner or a double click calls back twice, and the second call fails.',
    'Duplicate callbacks get the answer of the first, and the code is redeemed once.',
    [['test/e2e/connect-faults.test.ts', 'the same callback many times at once redeems the code once']],
  ),
  own(
    'M33',
    'An access token is taken apart, and those of personal accounts have no parts.',
    'Access tokens are opaque; identity comes from the ID token alone.',
    [['test/field/own-guarantees.test.ts', 'an access token is never looked into']],
  ),
  own(
    'M34',
    'A permission seems missing that was granted in another spelling.',
    'Scopes are compared per resource, without regard to case, and without those of OpenID Connect.',
    [['test/field/own-guarantees.test.ts', 'a permission that comes back in another spelling is not missed']],
  ),
  own(
    'M35',
    'The administrator approves with the link of the mailbox owner, and the mailbox of the administrator is connected.',
    'A session that expects an address refuses any other.',
    [['test/e2e/connect-faults.test.ts', 'another mailbox than the expected one']],
    'wrong_mailbox',
  ),
  own(
    'S1',
    'Two processes renew one token, and the loser takes the mailbox for dead.',
    'One flight, one lease, compare-and-swap: the provider is asked once.',
    [
      ['test/e2e/refresh-races.sqlite.test.ts', '50 parallel reads of an expired token'],
      ['test/e2e/refresh-races.postgres.test.ts', '4 processes x 50 reads of an expired token'],
    ],
  ),
  own(
    'S2',
    'A rotated refresh token is lost between the answer and the database.',
    'It is stored before anything is handed out, and a stop waits for it.',
    [
      ['test/e2e/refresh-races.sqlite.test.ts', 'the rotated refresh token was stored'],
      ['test/e2e/endings.test.ts', 'stopping a gateway stores what a refresh in flight brings'],
    ],
  ),
  own(
    'S3',
    'A lock ends before the call that it guards, or outlives its holder.',
    'The call ends inside its lease, and a lease whose holder died costs its time and nothing else.',
    [['test/e2e/refresh-races.postgres.test.ts', 'a holder of the lease that is killed in mid-call']],
  ),
  own(
    'S4',
    'An expired client secret marks every mailbox as dead.',
    'The OAuth client is paused with one event, and no mailbox is marked.',
    [['test/e2e/token-faults.test.ts', 'an expired client secret pauses the OAuth client']],
    'client_secret_expired',
  ),
  own(
    'S5',
    'After a reconnect another mailbox answers.',
    'A reconnect is for the same person.',
    [['test/surfaces/native-endings.test.ts', 'by another person with the same address is refused']],
    'wrong_mailbox',
  ),
  own(
    'S6',
    'Somebody reads invalid_grant and does not know what to do.',
    'Every refusal comes out as a verdict: sentence, remedy, who acts, whether it heals.',
    [['test/field/refusals.test.ts', 'comes out as']],
  ),
  own(
    'S7',
    'A dead mailbox has no way back.',
    'A dead grant answers with a link to its reconnection, which keeps the mailbox.',
    [['test/e2e/token-faults.test.ts', 'a dead grant is 409 with verdict and reconnect link']],
  ),
  own('S8', 'A mailbox dies because nobody used it.', 'Every grant is renewed within a week.', [
    ['test/e2e/due-work.test.ts', 'a grant that nobody uses is refreshed within a week'],
  ]),
  own(
    'S9',
    'A mailbox counts as connected and cannot be opened.',
    'Connected means that every transport was proved.',
    [['test/e2e/verification.test.ts', 'a mailbox is connected when every transport']],
  ),
  own(
    'S10',
    'The window of the sign-in never reports back to the page that opened it.',
    'The session is asked for at the server, which answers when it finishes.',
    [['test/surfaces/native-server.test.ts', 'answers at once when the session finishes']],
  ),
  own(
    'S11',
    "An attacker forwards a link and gets the victim's mailbox.",
    'The callback counts in the browser that opened the link, and in no other.',
    [['test/e2e/connect-faults.test.ts', 'a callback in another browser is refused']],
    'browser_mismatch',
  ),
  own(
    'S12',
    'A mailbox connects and stops after an hour.',
    'One place renews, with the credential and the directory that connected; nothing starts without its keyring.',
    [
      ['test/e2e/due-work.test.ts', 'a grant that nobody uses is refreshed within a week'],
      ['test/e2e/command-line.test.ts', 'without a keyring neither serve nor api-key starts'],
    ],
  ),
];
