// What both kinds of registration at Google need: a project with the Gmail API, and Google's classes of scopes.
// https://support.google.com/cloud/answer/13464325
import type { SetUpStep } from './list.ts';

export const googleConsole = 'https://console.cloud.google.com';
export const workspaceConsole = 'https://admin.google.com';

export const project: SetUpStep = {
  step: 'project',
  title: 'Choose a project',
  where: 'Google Cloud console > project picker at the top',
  what: [
    'Make a project for this purpose, or choose one that holds nothing else. Verification, the consent screen and the limits belong to the project, and a person who removes one OAuth client of a project from their account removes all of them.',
    'If all mailboxes belong to one Google Workspace organisation, make the project within this organisation.',
  ],
  values: [],
  url: `${googleConsole}/projectcreate`,
  remedyFor: [],
};

/** `profiles`: those that come to mailboxes over the API. */
export const gmailApi = (profiles: string): SetUpStep => ({
  step: 'api',
  title: 'Enable the Gmail API',
  where: 'Google Cloud console > APIs & Services > Library > Gmail API',
  what: [
    `Choose Enable in the same project. Mailboxes with the profiles ${profiles} are reached over this API; with the profile full it lets this server know the aliases of an account.`,
    'It can take some minutes to count.',
  ],
  values: [{ label: 'API', value: 'gmail.googleapis.com' }],
  url: `${googleConsole}/apis/library/gmail.googleapis.com`,
  remedyFor: ['api_not_enabled'],
});

const restricted: ReadonlySet<string> = new Set([
  'https://mail.google.com/',
  ...[
    'gmail.modify',
    'gmail.readonly',
    'gmail.metadata',
    'gmail.compose',
    'gmail.insert',
    'gmail.settings.basic',
    'gmail.settings.sharing',
  ].map((name) => `https://www.googleapis.com/auth/${name}`),
]);

const sensitive: ReadonlySet<string> = new Set(['https://www.googleapis.com/auth/gmail.send']);

const identity: Readonly<Record<string, string>> = {
  openid: 'non-sensitive',
  email: 'non-sensitive, listed as .../auth/userinfo.email',
  profile: 'non-sensitive, listed as .../auth/userinfo.profile',
};

/** Google's class of a scope, which decides what verification it takes. */
export const classOf = (scope: string): string => {
  if (restricted.has(scope)) return 'restricted';
  if (sensitive.has(scope)) return 'sensitive';
  return identity[scope] ?? 'class as the console shows it';
};
