// Owns the look-up of the machine's user accounts: a root test run hands its servers to lesser users.
import { readFileSync } from 'node:fs';
import process from 'node:process';

export type SystemUser = { uid: number; gid: number };

/** The first of these accounts that exists, from /etc/passwd; undefined when none does. */
export function findUser(...names: string[]): SystemUser | undefined {
  const entries = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of names) {
    const [, , uid, gid] = entries.find((fields) => fields[0] === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** Who runs a server that refuses root: undefined means the user of this process, who is not root. */
export function unprivilegedUser(...names: string[]): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const user = findUser(...names, 'nobody');
  if (user === undefined) throw new Error(`none of the users ${names.join(', ')}, nobody exists here`);
  return user;
}
