// The settings that an operator names: MAILGRANT_CLIENT_SECRET_<NAME>, one credential of an OAuth client each, that
// callers then name instead of sending it. Reading files and running commands is credential-source.ts's.
import type { Setting } from './config.ts';
import { secret } from './core/secret.ts';
import type { DeclaredCredential, DeclaredCredentials } from './credential-source.ts';

type Environment = Record<string, string | undefined>;

const prefix = 'MAILGRANT_CLIENT_SECRET_';

/** For docs/configuration.md. */
export const credentialSettings: readonly Setting[] = [
  {
    name: `${prefix}<NAME>`,
    meaning:
      'A credential of an OAuth client (client secret, PEM text or key file) that is not to lie in the database. A key of the installation names it as `{"credential": {"reference": "<name>"}}`: in lower case, with dashes or underscores, so `acme-azure` is `MAILGRANT_CLIENT_SECRET_ACME_AZURE`.',
    fallback: '',
  },
  {
    name: `${prefix}<NAME>_FILE`,
    meaning:
      'The same from a file, at most 64 KiB, without its last line break. It is read again after 60 seconds, and at once when the provider refuses what was read: replace the file to rotate.',
    fallback: '',
  },
  {
    name: `${prefix}<NAME>_COMMAND`,
    meaning:
      'The same from the standard output of a command, run by `/bin/sh -c` for at most 10 seconds, without standard input and without the `MAILGRANT_*` settings. It is run again after 5 minutes, and at once when the provider refuses what it gave. Its standard error is thrown away, since a secret may be in it.',
    fallback: '',
  },
];

const form = /^MAILGRANT_CLIENT_SECRET_([A-Z0-9]+(?:_[A-Z0-9]+)*?)(_FILE|_COMMAND)?$/;

export const isCredentialSetting = (name: string): boolean => name.startsWith(prefix);

/** What is declared; two sources of one name, an empty one and a name that is none are mistakes. */
export function readDeclaredCredentials(environment: Environment, mistakes: string[]): DeclaredCredentials {
  const byName: Record<string, DeclaredCredential> = {};
  for (const [variable, given] of Object.entries(environment)) {
    if (given === undefined || !isCredentialSetting(variable)) continue;
    const match = form.exec(variable);
    const name = match?.[1]?.toLowerCase().replaceAll('_', '-');
    if (name === undefined || ['file', 'command'].includes(name)) {
      mistakes.push(
        `${variable} must go on with a name in capital letters, digits and single underscores after ${prefix}`,
      );
      continue;
    }
    const other = Object.hasOwn(byName, name) ? byName[name] : undefined;
    if (other) mistakes.push(`${other.variable} and ${variable} must not both be set`);
    if (given.trim() === '') mistakes.push(`${variable} is empty`);
    byName[name] = declaredAs(variable, match?.[2], given.trim());
  }
  return Object.freeze({ byName: Object.freeze(byName), environment: environmentOfCommands(environment) });
}

function declaredAs(variable: string, ending: string | undefined, text: string): DeclaredCredential {
  if (ending === '_FILE') return Object.freeze({ variable, kind: 'file', path: text });
  if (ending === '_COMMAND') return Object.freeze({ variable, kind: 'command', command: text });
  return Object.freeze({ variable, kind: 'value', text: secret(text) });
}

/** A command needs the machine's settings, and nothing of ours: the keyring is among those. */
function environmentOfCommands(environment: Environment): Readonly<Record<string, string>> {
  const others = Object.entries(environment).flatMap(([name, value]): [string, string][] =>
    value === undefined || name.startsWith('MAILGRANT_') ? [] : [[name, value]],
  );
  return Object.freeze(Object.fromEntries(others));
}
