// Owns the search for what import rules cannot see: globals that bring time, chance, the network or the
// environment into code that must get them handed in. It reads words, not meaning; comments and strings do not
// count.
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

type Ban = { pattern: RegExp; within: RegExp; except?: RegExp; reason: string };

const core = /^src\/core\//;

const bans: readonly Ban[] = [
  {
    pattern: /(?<![.\w])process\s*[.[]/,
    within: core,
    reason: 'the core knows nothing of the process it runs in',
  },
  {
    pattern: /(?<![.\w])(set(Timeout|Interval|Immediate)|queueMicrotask)\s*\(|AbortSignal\.timeout/,
    within: core,
    reason: "waiting is a job's business; the core says when something is due",
  },
  { pattern: /(?<![.\w])fetch\s*\(/, within: core, reason: 'the network is behind a port' },
  {
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|(?<![.\w])Date\(\)|\bperformance\.now\b/,
    within: core,
    reason: 'time comes from the port Clock, so that tests can set it',
  },
  {
    pattern: /\bMath\.random\b|\brandom(UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b/,
    within: core,
    reason: 'chance comes from the port Random, so that tests can fix it',
  },
  {
    pattern: /\bMath\.random\b/,
    within: /^src\//,
    except: core,
    reason: 'nothing here may be guessable: node:crypto, or the port Random',
  },
  {
    pattern:
      /\bprocess\s*(\.\s*env\b|\[\s*['"]env['"])|\bimport\s*\{[^}]*\benv\b[^}]*\}\s*from\s*['"]node:process/,
    within: /^src\//,
    except: /^src\/config\.ts$/,
    reason:
      'only src/config.ts reads the environment: it reports all mistakes at once and names every setting',
  },
  {
    pattern: /(?<![.\w])fetch\s*\(/,
    within: /^src\//,
    except: /^src\/(core\/|egress\.ts$)/,
    reason: 'outbound calls go through src/egress.ts: time-out, size limit, no redirects, address filter',
  },
];

export type AmbientAccess = { file: string; line: number; word: string; reason: string };

/** Every banned word in the TypeScript files below src/ of this tree. */
export function findAmbientAccess(root: string): AmbientAccess[] {
  const names = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name.split(sep).join('/')}`)
    .sort()
    .flatMap((file) => findInSource(file, readFileSync(join(root, file), 'utf8')));
}

/** The same for one file; `file` is its path from the root, which decides what is banned there. */
export function findInSource(file: string, source: string): AmbientAccess[] {
  const code = blankComments(source);
  return bans
    .filter((ban) => ban.within.test(file) && ban.except?.test(file) !== true)
    .flatMap(({ pattern, reason }) =>
      [...code.matchAll(new RegExp(pattern, 'g'))].map((match) => ({
        file,
        line: code.slice(0, match.index).split('\n').length,
        word: match[0].trim(),
        reason,
      })),
    );
}

/** Blanks comments and the content of plain strings, keeping every line where it is; templates hold code. */
function blankComments(source: string): string {
  const pieces = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|`(?:\\.|[^`\\])*`|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g;
  return source.replace(pieces, (piece) => {
    const isKept = piece.startsWith('`') || (piece.length < 20 && /^['"](env|node:process)['"]$/.test(piece));
    return isKept ? piece : piece.replace(/[^\n]/g, ' ');
  });
}
