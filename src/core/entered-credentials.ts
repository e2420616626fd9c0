// A credential as a caller enters it, checked and made ready to be stored. Only the operator may name one that is held
// outside of the database: whoever could name any would use another workspace's.
import type { ClientCredential, EnteredCredential } from './client-credentials.ts';
import { GatewayError, invalidField } from './errors.ts';
import type { GrantType, ProviderName } from './oauth-clients.ts';
import type { Ports } from './ports.ts';
import type { Principal } from './principal.ts';
import { secret } from './secret.ts';

export type CheckedCredential = {
  credential: ClientCredential;
  /** The `client_id` that the credential's own text names; null when it names none. */
  clientId: string | null;
};

type Needs = Pick<Ports, 'clock' | 'providers' | 'credentialSource'>;

/**
 * `field`: where it stands in the request. Throws `invalid_request` for a text that is none of its kind, a kind that
 * the provider does not take for this grant type, and a reference that leads nowhere; `permission_denied` for a
 * reference from anybody but the operator.
 */
export async function checkCredential(
  { clock, providers, credentialSource }: Needs,
  principal: Principal,
  entered: EnteredCredential,
  client: { provider: ProviderName; grantType: GrantType; field: string },
): Promise<CheckedCredential> {
  const { provider: name, grantType, field } = client;
  const provider = providers[name];
  const kinds = provider.registrations[grantType];
  if (!kinds) throw invalidField('/grant_type', `${name} has no OAuth clients of this grant type`);
  if (!kinds.includes(entered.kind)) {
    throw invalidField(`${field}/kind`, `must be one of: ${kinds.join(', ')}`);
  }
  const text = await textOf();
  const facts = provider.readCredential(entered.kind, text);
  if (!facts.ok) throw invalidField(field, facts.objection);
  const now = clock.now();
  const expiresAt = facts.expiresAt ?? entered.expiresAt;
  if (expiresAt !== null && expiresAt <= now) throw invalidField(field, 'has expired already');
  return {
    credential: {
      kind: entered.kind,
      held: 'reference' in entered ? { reference: entered.reference } : text,
      expiresAt,
      addedAt: now,
    },
    clientId: facts.clientId,
  };

  async function textOf() {
    if ('value' in entered) return secret(entered.value);
    if (!principal.isInstallation) {
      throw new GatewayError(
        'permission_denied',
        'Only a key of the installation may name a credential that the operator holds.',
      );
    }
    return credentialSource.read(entered.reference, { isFresh: true }).catch((cause: unknown) => {
      const message = cause instanceof Error ? cause.message : 'cannot be read';
      throw invalidField(`${field}/reference`, message);
    });
  }
}
