// Whose accounts a registration at Microsoft is for: four choices in the console, and what each one means for
// `entra_tenant` and `personal_accounts` here.
import type { OAuthClient } from '../oauth-clients.ts';
import { portalOf } from './microsoft-portals.ts';

type AccountTypes = 'one_directory' | 'any_directory' | 'any_and_personal' | 'personal_only';

type Wording = {
  /** As the console offers it under Supported account types. */
  choice: string;
  /** As the manifest of the app has it. */
  signInAudience: string;
  meaning: string;
};

const wordings = {
  one_directory: {
    choice: 'Accounts in this organizational directory only',
    signInAudience: 'AzureADMyOrg',
    meaning:
      'Only accounts of one directory sign in. `entra_tenant` is the id of this directory, or one of its domains; with `common` or `organizations` such an app is refused (`client_single_tenant`).',
  },
  any_directory: {
    choice: 'Accounts in any organizational directory',
    signInAudience: 'AzureADMultipleOrgs',
    meaning:
      'Accounts of every organisation sign in, personal ones do not. `entra_tenant` is `organizations`; `common` comes to the same while `personal_accounts` is false.',
  },
  any_and_personal: {
    choice: 'Accounts in any organizational directory and personal Microsoft accounts',
    signInAudience: 'AzureADandPersonalMicrosoftAccount',
    meaning:
      'Accounts of every organisation sign in, and outlook.com, hotmail.com and live.com. `entra_tenant` is `common` and `personal_accounts` is true.',
  },
  personal_only: {
    choice: 'Personal Microsoft accounts only',
    signInAudience: 'PersonalMicrosoftAccount',
    meaning:
      'Only outlook.com, hotmail.com and live.com sign in, no organisation. `entra_tenant` is `consumers` and `personal_accounts` is true.',
  },
} as const satisfies Record<AccountTypes, Wording>;

type Entered = Pick<OAuthClient, 'cloud' | 'entraTenant' | 'personalAccounts'>;

export function accountTypesOf({ entraTenant, personalAccounts }: Entered): AccountTypes {
  switch (entraTenant ?? 'common') {
    case 'consumers':
      return 'personal_only';
    case 'organizations':
      return 'any_directory';
    case 'common':
      return personalAccounts ? 'any_and_personal' : 'any_directory';
    default:
      return 'one_directory';
  }
}

export const wordingOf = (entered: Entered): Wording => wordings[accountTypesOf(entered)];

/** Entries that contradict each other or the cloud; empty when all fits. */
export function contradictionsOf(entered: Entered): string[] {
  const types = accountTypesOf(entered);
  const portal = portalOf(entered);
  const isForPersons = types === 'personal_only' || types === 'any_and_personal';
  return [
    ...(types === 'personal_only' && !entered.personalAccounts
      ? [
          '`entra_tenant` is `consumers`, but `personal_accounts` is false: every sign-in would be refused (`personal_account_refused`). Set `personal_accounts` to true.',
        ]
      : []),
    ...(!isForPersons && entered.personalAccounts
      ? [
          `\`personal_accounts\` is true, but sign-ins go to \`${entered.entraTenant}\`, which has no personal accounts: Microsoft refuses them before they come here.`,
        ]
      : []),
    ...(isForPersons && portal?.hasPersonalAccounts === false
      ? ['There are no personal accounts in this cloud: choose any or one organizational directory.']
      : []),
  ];
}
