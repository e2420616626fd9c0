// Every error number of Entra that a mail client may meet, as a refused refresh: the OAuth error that it comes with
// and what should come out. The sentences are ours; clients may not decide on them.
import { peopleGroups } from './aadsts-people.ts';
import { requestGroups } from './aadsts-requests.ts';
import { administrator, entraReply, owner, wait } from './expectations.ts';
import type { AadstsGroup, TokenCase } from './types.ts';

/** What a group says besides its numbers. */
type Parts = [AadstsGroup[0], AadstsGroup[1], AadstsGroup[2]];

const asCase = (code: number, symptom: string, [kind, expect, said]: Parts): TokenCase => ({
  provider: 'microsoft',
  said: 'refresh',
  id: `AADSTS${code}`,
  symptom,
  kind,
  reply: entraReply(code, { ...said, sentence: symptom }),
  expect,
});

export const aadstsCases: readonly TokenCase[] = [
  ...[...peopleGroups, ...requestGroups].flatMap(([kind, expect, said, symptoms]) =>
    Object.entries(symptoms).map(([code, symptom]) => asCase(Number(code), symptom, [kind, expect, said])),
  ),
  {
    ...asCase(70000, 'The grant is not valid; it may be at the next try.', [
      'grant',
      owner('grant_revoked'),
      { error: 'invalid_grant', suberror: 'bad_token' },
    ]),
    isDoubtful: true,
    later: { ...wait('grant_refused_once'), when: 'it was the first refusal: it is asked once more, later' },
  },
  {
    ...asCase(50053, 'The account is locked after too many tries.', [
      'grant',
      administrator('account_locked'),
      { error: 'invalid_grant' },
    ]),
    isDoubtful: true,
    later: { ...wait('grant_refused_once'), when: 'it was the first refusal: it is asked once more, later' },
  },
  {
    ...asCase(50196, 'The same is asked again and again.', [
      'transient',
      wait('provider_rate_limited'),
      { error: 'invalid_grant' },
    ]),
    waitsAtLeast: 300,
  },
];
