// Whether anything else would end with a grant that is handed back: Google revokes by person and registration, not by
// token, so one other use anywhere, in any workspace, keeps it.
import type { OAuthClient } from './oauth-clients.ts';
import type { Ports } from './ports.ts';

type Person = { issuer: string; subject: string; email: string | null };

/** `workspaceId`: where the grant was to be, or was until a moment ago; its own mailbox must be gone from there. */
export async function hasOtherUse(
  { store }: Pick<Ports, 'store'>,
  workspaceId: string,
  oauthClient: OAuthClient,
  { issuer, subject, email }: Person,
): Promise<boolean> {
  if ((await store.grants.countOfPerson(oauthClient, { issuer, subject })) > 0) return true;
  if (email === null) return false;
  // An imported grant may not know its person; then the address tells.
  return (
    (await store.mailboxes.byEmail(workspaceId, email)) !== null ||
    (await store.mailboxes.existsElsewhere(workspaceId, email))
  );
}
