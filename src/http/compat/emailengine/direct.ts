// Accounts of applications that act without a sign-in (gmailService, outlookService): a token is issued for the
// address and every mail server asked before anything is stored, so a refusal shows at once.
import type { Core, MailboxWithGrant, OAuthClient, Principal } from '../../../core/index.ts';
import type { AccountChanges, OAuth2Input } from './account-schemas.ts';
import { accountIdOf } from './account-view.ts';
import { accountAlreadyExists, badField } from './errors.ts';
import { findByAddress } from './find-account.ts';
import { profileOf } from './find-app.ts';
import { checkedSettings, surfaceName } from './map.ts';

export type Registration = {
  body: AccountChanges & { expectedEmail?: string };
  oauth2: OAuth2Input;
  /** The id that the program gives; null = none. */
  account: string | null;
  /** The account of that id, when it is there. */
  before: MailboxWithGrant | null;
};

export type Registered = { mailbox: MailboxWithGrant['mailbox']; isNew: boolean };

/** Throws EmailEngine's 400 with `AccountVerificationFailed` or `AccountAlreadyExists`, 503 while nobody answers. */
export async function connectDirectly(
  core: Core,
  principal: Principal,
  client: OAuthClient,
  { body, oauth2, account, before }: Registration,
): Promise<Registered> {
  for (const name of ['accessToken', 'refreshToken'] as const) {
    if (oauth2[name] !== undefined) {
      throw badField(`oauth2.${name}`, 'is not used by an application that acts without a sign-in');
    }
  }
  const email = addressOf(body, oauth2, before);
  const settings = checkedSettings(body);
  const holder = await findByAddress(core, principal, email);
  const isNamedOtherwise = holder !== null && holder.mailbox.externalId !== null && account !== null;
  if (isNamedOtherwise && holder.mailbox.id !== before?.mailbox.id) {
    if (holder.mailbox.externalId !== account) throw accountAlreadyExists(accountIdOf(holder));
  }
  const { joined, isNew } = await core.directConnections.connect(principal, {
    oauthClientId: client.id,
    email,
    profile: profileOf(client),
    name: body.name ?? null,
    customer: null,
    externalId: before ? before.mailbox.externalId : account,
    mailboxId: before?.mailbox.id ?? null,
    ...(Object.keys(settings).length > 0 ? { settings: { dialects: { [surfaceName]: settings } } } : {}),
  });
  return { mailbox: joined.mailbox, isNew };
}

/** One address in lower case: here an account is known by the name that opens its mailbox. */
function addressOf(
  body: Registration['body'],
  { auth }: OAuth2Input,
  before: MailboxWithGrant | null,
): string {
  const user = auth?.user ?? body.email ?? before?.mailbox.email;
  if (user === undefined) throw badField('oauth2.auth.user', 'is required');
  if (!/^[^\s@]+@[^\s@]+$/.test(user)) throw badField('oauth2.auth.user', 'must be an address');
  const email = user.toLowerCase();
  for (const key of ['email', 'expectedEmail'] as const) {
    const said = body[key];
    if (said !== undefined && said.toLowerCase() !== email) throw badField(key, 'must be that of the user');
  }
  if (before && before.mailbox.email !== email) {
    throw badField('oauth2.auth.user', 'is not the address of this account');
  }
  return email;
}
