// What other programs write about packages, as far as the packing reads it: npm's lock file, the bundler's list.

export type LockEntry = {
  version?: string;
  license?: string;
  dev?: boolean;
  devOptional?: boolean;
  devDependencies?: unknown;
};

export type Lock = { packages: Record<string, LockEntry> };

/** A package that is part of the console's files. */
export type Bundled = { name: string; version: string; identifier: string | null; text: string | null };

/** Throws for what is no lock file of npm 7 or newer. */
export function parseLock(text: string): Lock {
  const lock: unknown = JSON.parse(text);
  if (!isObject(lock) || !isObject(lock.packages)) throw new Error('package-lock.json has no packages.');
  const packages: Lock['packages'] = {};
  for (const [path, entry] of Object.entries(lock.packages)) if (isObject(entry)) packages[path] = entry;
  return { ...lock, packages };
}

/** Throws for what the bundler does not write. */
export function parseBundled(text: string): Bundled[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error('The list of bundled packages is none.');
  return list.map((entry: unknown) => {
    if (!isObject(entry) || typeof entry.name !== 'string' || typeof entry.version !== 'string') {
      throw new Error(`A bundled package without name or version: ${JSON.stringify(entry)}`);
    }
    const { name, version, identifier, text: words } = entry;
    return {
      name,
      version,
      identifier: typeof identifier === 'string' ? identifier : null,
      text: typeof words === 'string' ? words : null,
    };
  });
}

/** Name and version of each package that an installation without development packages has. */
export function runTimePackages(lock: Lock): { name: string; version: string; license: string | null }[] {
  return Object.entries(lock.packages).flatMap(([path, { version, license, dev, devOptional }]) => {
    if (path === '' || dev || devOptional || version === undefined) return [];
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    return [{ name, version, license: license ?? null }];
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
