// The permissions of an OAuth client, computed from the scopes that its connect sessions ask for: every scope of every
// profile, with the profiles that need it.
import type { Profile } from '../ports.ts';
import type { Registration } from './list.ts';

export type Permission = {
  scope: string;
  /** `null` = whatever the profile is. */
  profiles: Profile[] | null;
};

const profiles = ['full', 'api', 'send_only'] as const satisfies Profile[];

/** In the order in which they are asked for. */
export function permissionsOf({ provider, client }: Pick<Registration, 'provider' | 'client'>): Permission[] {
  const asked = profiles.map((profile) => ({ profile, scopes: provider.scopesFor(client, profile) }));
  const every = [...new Set(asked.flatMap(({ scopes }) => scopes))];
  return every.map((scope) => {
    const users = asked.filter(({ scopes }) => scopes.includes(scope)).map(({ profile }) => profile);
    return { scope, profiles: users.length === profiles.length ? null : users };
  });
}

/** `profiles full and send_only`. */
export const profilesInWords = ({ profiles: users }: Permission): string => {
  if (users === null) return 'every profile';
  return `${users.length === 1 ? 'profile' : 'profiles'} ${users.join(' and ')}`;
};

/** For one profile each, as a list of texts. */
export const scopesOfProfiles = ({
  provider,
  client,
}: Pick<Registration, 'provider' | 'client'>): { profile: Profile; scopes: string[] }[] =>
  profiles.map((profile) => ({ profile, scopes: provider.scopesFor(client, profile) }));
