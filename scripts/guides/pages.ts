// The four guides: a written introduction each, then the set-up list with placeholders, then what else can be chosen.
import type { SetUpList, SetUpStep } from '../../src/core/index.ts';
import type { SetUpLists } from '../../src/core/set-up/index.ts';
import { stepsText, stepText, verdictTableText } from './render.ts';

type Lists = Pick<SetUpLists, 'forNew'>;

const note = '<!-- Written by `npm run generate` from src/core/set-up. -->\n';

const placeholders =
  'What stands in angle brackets is a placeholder. For an OAuth client that exists, `GET /v1/oauth-clients/{id}/set-up` gives the same list with its own values.';

const verdictsOf = (list: SetUpList, ...variants: SetUpList[]): string =>
  `## Which step repairs which verdict\n\nWhat to do about a verdict stands in its step; all verdicts are in [verdicts.md](../verdicts.md).\n\n${verdictTableText(list, variants)}`;

function stepOf({ steps }: SetUpList, name: SetUpStep['step']): SetUpStep {
  const found = steps.find(({ step }) => step === name);
  if (!found) throw new Error(`the list has no step ${name}`);
  return found;
}

function google(lists: Lists): string {
  const list = lists.forNew({ provider: 'google' });
  return `${note}# Connect Gmail and Google Workspace with your own OAuth client

For mailboxes whose owners sign in and allow the access themselves. If an administrator is to give access to all
mailboxes of a Google Workspace domain at once, see [the service account](google-service-account.md).

Decide first whether the app is Internal or External (step 3). Internal is done in minutes. External with access to
mail takes a verification by Google, with an assessment every year; until it is through, the app is good for 100 people.
${placeholders}

${stepsText(list)}
${verdictsOf(list)}`;
}

function googleServiceAccount(lists: Lists): string {
  const list = lists.forNew({ provider: 'google', grantType: 'jwt_bearer' });
  return `${note}# Connect a Google Workspace domain with a service account

For mailboxes of one Google Workspace domain, by a single act of its administrator: no mailbox owner signs in, nothing
has to be reconnected after a change of password, and no refresh token can end. It does not work for gmail.com.

The access is wide: whoever has the key can open every mailbox of the domain. Each mailbox is still named here before it
is used, with \`POST /v1/mailboxes\` or through the link of a connect session.
${placeholders}

${stepsText(list)}
${verdictsOf(list)}`;
}

const accountTypes = [
  { entraTenant: '<id of the directory>', personalAccounts: false },
  { entraTenant: 'organizations', personalAccounts: false },
  { entraTenant: 'common', personalAccounts: true },
  { entraTenant: 'consumers', personalAccounts: true },
];

function accountTypeRow(lists: Lists, chosen: { entraTenant: string; personalAccounts: boolean }): string {
  const list = lists.forNew({ provider: 'microsoft', ...chosen });
  const { values, what } = stepOf(list, 'registration');
  const [choice, audience] = values.map(({ value }) => value);
  const meaning = what.find((sentence) => sentence.includes('`entra_tenant` is'));
  if (!choice || !audience || !meaning) throw new Error('the step does not say what the choice means');
  return `| ${choice} | \`${audience}\` | ${meaning} |`;
}

const clouds = ['global', 'us-gov-l4', 'us-gov-dod', 'china'];

function cloudRow(lists: Lists, cloud: string): string {
  const list = lists.forNew({ provider: 'microsoft', cloud, personalAccounts: false });
  const { url } = stepOf(list, 'registration');
  const [connect] = stepOf(list, 'mail_protocols').values;
  if (url === null || !connect) throw new Error(`the cloud ${cloud} has no console`);
  return `| \`${cloud}\` | ${new URL(url).origin} | \`${connect.value}\` |`;
}

const cloudTable = (lists: Lists): string => `## Clouds

Choose the cloud of the organisations whose mailboxes are connected, as \`cloud\`. The clouds other than \`global\` were
set up from what Microsoft and others publish; hosts that differ are replaced by the [endpoint table](../endpoints.md).

| cloud | console | Exchange Online PowerShell |
|---|---|---|
${clouds.map((cloud) => cloudRow(lists, cloud)).join('\n')}
`;

const certificateText = (list: SetUpList): string => {
  const step = stepOf(list, 'credential');
  return stepText(step, '## With a certificate instead of a client secret');
};

function microsoft(lists: Lists): string {
  const list = lists.forNew({ provider: 'microsoft' });
  const certificate = lists.forNew({ provider: 'microsoft', credentialKind: 'certificate' });
  const personal = lists.forNew({ provider: 'microsoft', entraTenant: 'consumers' });
  return `${note}# Connect Outlook and Microsoft 365 with your own app

For mailboxes whose owners sign in and allow the access themselves. If an administrator is to give an app access to
mailboxes without their owners, see [the app without people](microsoft-app-only.md).

Decide first whose accounts the app is for (the table after the steps), and expect that most organisations let only
an administrator approve access to mail (step 6); [Consent](../consent.md) tells how that goes.
${placeholders}

${stepsText(list)}
## Account types

The steps above are for all accounts. What else can be chosen in step 1:

| supported account types | signInAudience | what it means |
|---|---|---|
${accountTypes.map((chosen) => accountTypeRow(lists, chosen)).join('\n')}

A change of \`entra_tenant\` makes it another registration: it is refused while mailboxes use the OAuth client
(\`oauth_client_in_use\`).

${certificateText(certificate)}
${cloudTable(lists)}
${verdictsOf(list, certificate, personal)}`;
}

function microsoftAppOnly(lists: Lists): string {
  const list = lists.forNew({ provider: 'microsoft', grantType: 'client_credentials' });
  const withCertificate = { grantType: 'client_credentials', credentialKind: 'certificate' } as const;
  const certificate = lists.forNew({ provider: 'microsoft', ...withCertificate });
  return `${note}# Connect mailboxes of a Microsoft 365 organisation with an app, without people

For mailboxes of one organisation whose administrator lets an app open them: no mailbox owner signs in, and no policy
on people's sign-ins ends the access. It does not work for outlook.com.

Two administrators' tools are needed: the Entra admin center, which lets the app sign in, and Exchange Online
PowerShell, which lets it into mailboxes. An app that has the one without the other gets a token and is refused by
the mail server (\`app_only_not_allowed\`).
${placeholders}

${stepsText(list)}
${certificateText(certificate)}
${cloudTable(lists)}
${verdictsOf(list, certificate)}`;
}

export const guidePages = (lists: Lists): Map<string, string> =>
  new Map([
    ['docs/guides/google.md', google(lists)],
    ['docs/guides/google-service-account.md', googleServiceAccount(lists)],
    ['docs/guides/microsoft.md', microsoft(lists)],
    ['docs/guides/microsoft-app-only.md', microsoftAppOnly(lists)],
  ]);
