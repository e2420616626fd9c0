// A Dockerfile as instructions, and which files of a folder its .dockerignore lets in: as far as ours use either.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export type Instruction = { name: string; value: string };
export type Stage = { name: string; from: string; instructions: Instruction[] };

/** Throws for an instruction outside of a stage. */
export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n');
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, name = '', value = ''] = /^(\w+)\s+(.*)$/.exec(line.trim()) ?? [];
    if (name === 'FROM') {
      const [from = '', , as = `stage-${stages.length}`] = value.split(/\s+/);
      stages.push({ name: as, from, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (stage === undefined) throw new Error(`${line} stands before the first FROM.`);
      stage.instructions.push({ name, value });
    }
  }
  return stages;
}

/** `NAME=value` of one ENV instruction. */
export const variablesOf = (value: string): [string, string][] =>
  [...value.matchAll(/(\w+)=("[^"]*"|\S*)/g)].map(([, name = '', text = '']) => [
    name,
    text.replace(/^"(.*)"$/, '$1'),
  ]);

/** Files below `folder` that are sent to the build, relative to it. The last pattern that fits decides. */
export function contextFiles(folder: string): string[] {
  const patterns = readFileSync(join(folder, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isLetIn: line.startsWith('!'), fits: fitting(line.replace(/^!/, '')) }));
  const isLetIn = (path: string): boolean => patterns.findLast(({ fits }) => fits(path))?.isLetIn ?? true;
  const walk = (at: string): string[] =>
    readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
      const path = join(at, entry.name);
      if (entry.name === 'node_modules' || entry.name === '.git') return [];
      if (entry.isDirectory()) return walk(path);
      const name = relative(folder, path);
      return isLetIn(name) ? [name] : [];
    });
  return walk(folder);
}

/** A pattern fits a path or a folder above it. */
function fitting(pattern: string): (path: string) => boolean {
  const expression = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**/', '\u0000')
    .replaceAll('*', '[^/]*')
    .replaceAll('\u0000', '(?:.*/)?');
  const form = new RegExp(`^${expression}(/|$)`);
  return (path) => form.test(path);
}
