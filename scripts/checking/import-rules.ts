// Owns the application of .dependency-cruiser.cjs: which imports break which rule.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise } from 'dependency-cruiser';
import extractConfiguration from 'dependency-cruiser/config-utl/extract-depcruise-config';

export type ImportViolation = { rule: string; from: string; to: string; reason: string };

const configuration = fileURLToPath(new URL('../../.dependency-cruiser.cjs', import.meta.url));
const folders = ['src', 'sdk', 'web', 'sandbox', 'scripts', 'test', 'bench'];

/** Names of all rules, in the order of the configuration. */
export async function importRuleNames(): Promise<string[]> {
  const { forbidden = [] } = await extractConfiguration(configuration);
  return forbidden.map((rule) => rule.name ?? 'unnamed');
}

/** Every import in the tree below `root` that breaks a rule. Paths in the answer are relative to it. */
export async function findImportViolations(root: string): Promise<ImportViolation[]> {
  const { options, ...ruleSet } = await extractConfiguration(configuration);
  const present = folders.filter((folder) => existsSync(join(root, folder)));
  if (present.length === 0) return [];
  const { output } = await cruise(
    present,
    { ...options, baseDir: root, ruleSet, validate: true, outputType: 'json' },
    { ...options?.enhancedResolveOptions, bustTheCache: true },
  );
  // Asked for by the output type; the other reporters answer with text as well.
  if (typeof output !== 'string') throw new TypeError('dependency-cruiser answered no JSON');
  return parseViolations(JSON.parse(output), new Map(ruleSet.forbidden?.map((r) => [r.name, r.comment])));
}

type ReportedViolation = { from: string; to: string; rule: { name: string }; cycle?: { name: string }[] };

function parseViolations(result: unknown, reasons: Map<string | undefined, string | undefined>) {
  const violations: unknown =
    typeof result === 'object' && result !== null && 'summary' in result
      ? Reflect.get(Object(result.summary), 'violations')
      : undefined;
  if (!Array.isArray(violations)) throw new TypeError('dependency-cruiser answered without violations');
  return violations.filter(isViolation).map(({ from, to, rule, cycle }) => ({
    rule: rule.name,
    from,
    to: cycle ? cycle.map((step) => step.name).join(' -> ') : to,
    reason: reasons.get(rule.name) ?? '',
  }));
}

function isViolation(value: unknown): value is ReportedViolation {
  return typeof value === 'object' && value !== null && 'from' in value && 'to' in value && 'rule' in value;
}
