// A rule that matches nothing looks like a rule that is kept. So each one is shown a file that breaks it.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findInSource } from '../../scripts/checking/ambient-access.ts';
import {
  findImportViolations,
  type ImportViolation,
  importRuleNames,
} from '../../scripts/checking/import-rules.ts';

/** For each rule the imports that break it, as "file -> what it imports". */
const offences: Record<string, readonly string[]> = {
  'core-imports-only-core': [
    'src/core/a.ts -> node:fs',
    'src/core/b.ts -> fastify',
    'src/core/c.ts -> src/log.ts',
    'src/core/d.ts -> node:timers',
  ],
  'providers-know-only-the-core': [
    'src/providers/a.ts -> src/mail/imap.ts',
    'src/providers/b.ts -> src/config.ts',
    'src/providers/c.ts -> src/http/problem.ts',
  ],
  'mail-know-only-the-core': ['src/mail/a.ts -> src/stores/store.ts', 'src/mail/b.ts -> src/jobs/loop.ts'],
  'stores-know-only-the-core': [
    'src/stores/a.ts -> src/providers/google.ts',
    'src/stores/b.ts -> src/log.ts',
  ],
  'providers-use-no-use-cases': ['src/providers/d.ts -> src/core/grants.ts'],
  'mail-use-no-use-cases': ['src/mail/c.ts -> src/core/index.ts'],
  'stores-use-no-use-cases': ['src/stores/c.ts -> src/core/tokens.ts'],
  'native-and-connect-translate': [
    'src/http/native/a.ts -> src/stores/store.ts',
    'src/http/native/b.ts -> src/core/grants.ts',
    'src/http/connect/a.ts -> src/http/compat/warmy/map.ts',
  ],
  'native-and-connect-apart': [
    'src/http/connect/b.ts -> src/http/native/tokens.ts',
    'src/http/console/a.ts -> src/http/connect/site.ts',
  ],
  'compat-knows-only-the-core': [
    'src/http/compat/warmy/a.ts -> src/http/native/tokens.ts',
    'src/http/compat/warmy/b.ts -> src/http/problem.ts',
    'src/http/compat/warmy/c.ts -> src/core/grants.ts',
  ],
  'compat-surfaces-apart': ['src/http/compat/warmy/d.ts -> src/http/compat/smartlead/map.ts'],
  'http-shared-files-reach-no-adapter': [
    'src/http/a.ts -> src/mail/imap.ts',
    'src/http/b.ts -> src/http/compat/warmy/map.ts',
  ],
  'jobs-know-only-the-core': ['src/jobs/a.ts -> src/stores/store.ts', 'src/jobs/b.ts -> src/core/grants.ts'],
  'shared-files-know-no-ring': ['src/egress.ts -> src/providers/google.ts'],
  'observability-watches': [
    'src/observability/a.ts -> src/stores/store.ts',
    'src/observability/b.ts -> src/core/tokens.ts',
  ],
  'watched-by-nobody-inside': ['src/http/d.ts -> src/observability/metrics.ts'],
  'gateway-is-the-root': ['src/http/c.ts -> src/gateway.ts', 'sandbox/b.ts -> src/gateway.ts'],
  'src-imports-only-src': [
    'src/providers/e.ts -> sandbox/journal.ts',
    'src/main.ts -> test/helper.ts',
    'src/log.ts -> sdk/client.ts',
  ],
  'sandbox-stands-alone': ['sandbox/a.ts -> src/core/secret.ts'],
  'sdk-stands-alone': ['sdk/a.ts -> src/core/errors.ts', 'sdk/b.ts -> pg'],
  'web-uses-the-sdk': ['web/a.ts -> src/core/errors.ts'],
  'one-door-imapflow': ['src/mail/d.ts -> imapflow', 'src/gateway.ts -> imapflow'],
  'one-door-nodemailer': ['src/mail/e.ts -> nodemailer'],
  'one-door-oauth4webapi': ['src/providers/google.ts -> oauth4webapi'],
  'one-door-jose': ['src/providers/f.ts -> jose'],
  'one-door-pg': ['src/stores/store.ts -> pg', 'src/stores/sqlite.ts -> pg'],
  'one-door-sqlite': ['src/stores/postgres.ts -> node:sqlite'],
  'one-door-kysely': ['src/jobs/c.ts -> kysely'],
  'one-door-undici': ['src/providers/g.ts -> undici', 'src/dns.ts -> undici'],
  'one-door-pino': ['src/http/d.ts -> pino'],
  'one-door-csv-parse': ['src/http/d.ts -> csv-parse'],
  'one-door-prom-client': ['src/gateway.ts -> prom-client'],
  'one-door-opentelemetry': ['src/http/e.ts -> @opentelemetry/api'],
  'one-door-fastify': ['src/gateway.ts -> fastify', 'src/cli.ts -> @fastify/cookie'],
  'no-cycles': ['src/core/x.ts -> src/core/y.ts'],
  'no-orphans': ['src/core/lonely.ts'],
  'no-development-packages': ['src/cli.ts -> oidc-provider'],
  'no-unresolvable-imports': ['src/core/z.ts -> src/core/absent.ts'],
};

/** Imports that the rules allow, among them each library's door. */
const allowed: readonly string[] = [
  'src/core/index.ts -> src/core/grants.ts',
  'src/core/grants.ts -> node:crypto',
  'src/core/grants.ts -> src/core/secret.ts',
  'src/core/tokens.ts -> src/core/secret.ts',
  'src/providers/h.ts -> src/core/errors.ts',
  'src/providers/h.ts -> type src/core/grants.ts',
  'src/providers/oauth2.ts -> oauth4webapi',
  'src/providers/openid-sign-in.ts -> oauth4webapi',
  'src/providers/id-token.ts -> jose',
  'src/mail/imap.ts -> imapflow',
  'src/mail/smtp.ts -> nodemailer',
  'src/stores/postgres.ts -> pg',
  'src/stores/sqlite.ts -> node:sqlite',
  'src/stores/sqlite-writer.ts -> node:sqlite',
  'src/stores/store.ts -> kysely',
  'src/egress.ts -> undici',
  'src/log.ts -> pino',
  'src/cli/read-csv.ts -> csv-parse',
  'src/http/problem.ts -> fastify',
  'src/http/authenticate.ts -> src/core/index.ts',
  'src/http/native/tokens.ts -> src/http/problem.ts',
  'src/http/compat/warmy/map.ts -> src/core/index.ts',
  'src/http/compat/smartlead/map.ts -> src/http/authenticate.ts',
  'src/jobs/loop.ts -> src/core/index.ts',
  'src/gateway.ts -> src/jobs/loop.ts',
  'src/gateway.ts -> src/stores/store.ts',
  'src/main.ts -> src/gateway.ts',
  'src/cli.ts -> src/config.ts',
  'web/b.ts -> sdk/client.ts',
  'test/a.ts -> src/gateway.ts',
  'test/a.ts -> sandbox/journal.ts',
  'test/a.ts -> nodemailer',
  // The other half of the cycle above, which is reported once.
  'src/core/y.ts -> src/core/x.ts',
  // Types that know one another make no cycle of the running program.
  'src/core/p.ts -> type src/core/q.ts',
  'src/core/q.ts -> src/core/p.ts',
];

describe('the import rules', () => {
  let root = '';
  let violations: ImportViolation[] = [];
  before(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'import-rules-')));
    plant(root, [...Object.values(offences).flat(), ...allowed]);
    violations = await findImportViolations(root);
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it('all have an offence to prove themselves on', async () => {
    assert.deepEqual(Object.keys(offences).sort(), (await importRuleNames()).sort());
  });

  for (const [rule, lines] of Object.entries(offences)) {
    for (const line of lines) {
      it(`${rule} reports ${line}`, () => {
        const [from = '', to] = line.split(' -> ');
        const reported = violations.filter((each) => each.rule === rule && each.from === from);
        const isReported = reported.some((each) => to === undefined || pointsAt(each.to, to));
        assert.ok(
          isReported,
          `reported for ${from}: ${JSON.stringify(violations.filter((v) => v.from === from))}`,
        );
        assert.ok(reported.every((each) => each.reason.length > 20));
      });
    }
  }

  it('report nothing that is allowed', () => {
    const isOffence = (violation: ImportViolation) =>
      Object.values(offences)
        .flat()
        .some((line) => {
          const [from, to] = line.split(' -> ');
          return violation.from === from && (to === undefined || pointsAt(violation.to, to));
        });
    assert.deepEqual(
      violations.filter((violation) => !isOffence(violation)),
      [],
    );
  });
});

describe('the search for ambient access', () => {
  const banned: readonly [file: string, source: string][] = [
    ['src/core/a.ts', 'const here = process.cwd();'],
    ['src/core/a.ts', 'setTimeout(() => {}, 5);'],
    ['src/core/a.ts', 'signal: AbortSignal.timeout(5)'],
    ['src/core/a.ts', 'await fetch(url)'],
    ['src/core/a.ts', 'const now = Date.now();'],
    ['src/core/a.ts', 'const now = new Date();'],
    ['src/core/a.ts', 'const chance = Math.random();'],
    ['src/core/a.ts', "import { randomBytes } from 'node:crypto';"],
    ['src/core/a.ts', ['const text = `$', '{Date.now()}`;'].join('')],
    ['src/http/a.ts', 'const chance = Math.random();'],
    ['src/http/a.ts', 'const secret = process.env.SECRET;'],
    ['src/http/a.ts', "const secret = process['env'].SECRET;"],
    ['src/http/a.ts', "import { env } from 'node:process';"],
    ['src/providers/a.ts', 'await fetch(url)'],
  ];
  for (const [file, source] of banned) {
    it(`finds in ${file}: ${source}`, () => {
      const found = findInSource(file, `// first line\n${source}\n`);
      assert.deepEqual(
        found.map(({ line }) => line),
        [2],
      );
    });
  }

  const fine: readonly [file: string, source: string][] = [
    ['src/core/a.ts', '// Date.now() would be wrong here'],
    ['src/core/a.ts', "const advice = 'do not use Math.random()';"],
    ['src/core/a.ts', 'const now = new Date(clock.now()); await ports.fetch(url);'],
    ['src/config.ts', 'const secret = process.env.SECRET;'],
    ['src/egress.ts', 'return fetch(url)'],
    ['src/jobs/a.ts', 'setTimeout(loop, delay); process.exitCode = 1;'],
  ];
  for (const [file, source] of fine) {
    it(`finds nothing in ${file}: ${source}`, () => {
      assert.deepEqual(findInSource(file, source), []);
    });
  }
});

/** Whether a reported path is this file, package or module of Node.js. */
function pointsAt(reported: string, target: string): boolean {
  const bare = target.replace('node:', '');
  return [target, bare].includes(reported) || reported.includes(target) || reported.endsWith(`/${bare}`);
}

/** Writes one file per importer, with a package.json that knows the libraries; all targets but one exist. */
function plant(root: string, lines: readonly string[]): void {
  const sources = new Map<string, string>();
  const packages = new Set<string>();
  for (const line of lines) {
    const [from = '', target = ''] = line.split(' -> ');
    const isType = target.startsWith('type ');
    const to = target.replace('type ', '');
    const isFile = to.endsWith('.ts');
    if (isFile && !to.includes('absent') && !sources.has(to)) sources.set(to, '');
    if (!isFile && to !== '' && !to.startsWith('node:')) packages.add(to);
    const specifier = isFile ? `${'../'.repeat(from.split('/').length - 1)}${to}` : to;
    const statement =
      to === '' ? '' : `import ${isType ? 'type ' : ''}* as x${to.length} from '${specifier}';\n`;
    sources.set(from, `${sources.get(from) ?? ''}${statement}`);
  }
  for (const [path, source] of sources) write(join(root, path), `${source}export const here = 1;\n`);
  for (const name of packages) {
    const manifest = { name, version: '1.0.0', type: 'module', exports: './index.js' };
    write(join(root, 'node_modules', name, 'package.json'), JSON.stringify(manifest));
    write(join(root, 'node_modules', name, 'index.js'), 'export const here = 1;\n');
  }
  const isForDevelopment = (name: string) => name === 'oidc-provider';
  const list = (names: string[]) => Object.fromEntries(names.map((name) => [name, '1.0.0']));
  const manifest = {
    dependencies: list([...packages].filter((name) => !isForDevelopment(name))),
    devDependencies: list([...packages].filter(isForDevelopment)),
  };
  write(join(root, 'package.json'), JSON.stringify(manifest));
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
