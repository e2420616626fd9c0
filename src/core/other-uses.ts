// Whether anything else would end with a grant that is handed back: Google revokes by person and registration, not by
// token, so one other use anywhere, in any workspace, keeps it.
import { createHash } from 'node:crypto';
import type { OAuthClient } from './oauth-clients.ts';
import type { Ports } from './ports.ts';

type Person = {
  issuer: string;
  subject: string;
  email: string | null;
  /** The session that hands back what it held itself. */
  sessionId?: string;
};

/** Stands for a person at a registration, without telling who it is. */
export const personKeyOf = (
  { provider, clientId }: Pick<OAuthClient, 'provider' | 'clientId'>,
  { issuer, subject }: Pick<Person, 'issuer' | 'subject'>,
): string =>
  createHash('sha256')
    .update(JSON.stringify([provider, clientId, issuer, subject]))
    .digest('hex');

/** `workspaceId`: where the grant was to be, or was until a moment ago; its own mailbox must be gone from there. */
export async function hasOtherUse(
  { store }: Pick<Ports, 'store'>,
  workspaceId: string,
  oauthClient: OAuthClient,
  { issuer, subject, email, sessionId = '' }: Person,
): Promise<boolean> {
  // In this order: what is held becomes a grant in one step, and must not slip through between the two looks.
  const person = personKeyOf(oauthClient, { issuer, subject });
  if ((await store.connectSessions.countHolding(person, sessionId)) > 0) return true;
  if ((await store.grants.countOfPerson(oauthClient, { issuer, subject })) > 0) return true;
  if (email === null) return false;
  // An imported grant may not know its person; then the address tells.
  return (
    (await store.mailboxes.byEmail(workspaceId, email)) !== null ||
    (await store.mailboxes.existsElsewhere(workspaceId, email))
  );
}
