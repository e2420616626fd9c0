// What linters of packages say about a tarball: can its entries be loaded, do its types fit what is loaded.
import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/** Both are packages of modules only: nobody promises anything to `require` or to resolvers older than `exports`. */
const unpromised: readonly unknown[] = ['node10', 'node16-cjs'];

/** One line for each problem; none for a package that is as it should be. */
export async function judgePackage(tarball: string): Promise<string[]> {
  const bytes = readFileSync(tarball);
  return [...(await lint(bytes)), ...(await lintTypes(bytes))];
}

async function lint(bytes: Buffer): Promise<string[]> {
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  if (!(data instanceof ArrayBuffer)) throw new Error('The tarball is in shared memory.');
  const { messages, pkg } = await publint({ pack: { tarball: data }, level: 'warning', strict: true });
  return messages.map(
    (message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`,
  );
}

async function lintTypes(bytes: Buffer): Promise<string[]> {
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)));
  // A program, which nobody imports.
  if (result.types === false) return [];
  return result.problems.filter(isPromised).map((problem) => `types: ${JSON.stringify(problem)}`);
}

const isPromised = (problem: Problem): boolean =>
  !('resolutionKind' in problem && unpromised.includes(problem.resolutionKind)) &&
  problem.kind !== 'CJSResolvesToESM';
