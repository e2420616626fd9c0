// Owns who may import whom: docs/architecture, made checkable. Each rule carries its reason, which is printed
// with every violation. `npm run check` applies them; test/unit/import-rules.test.ts proves that each one bites.

const ours = '^(src|sdk|web|sandbox|test|bench|scripts)/';

/** A rule of the form "from here never to there". */
const never = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** A library as resolved (node_modules/...), as written when it is not installed, or a module of Node.js. */
const library = (name) => [`(^|/)node_modules/${name}/`, `^${name}(/|$)`, `^node:${name}(/|$)`];

/** A library with one door: `door` is the only file below src/ (or folder of that name) that may import it. */
const oneDoor = (names, door, reason) =>
  never(
    `one-door-${names[0]
      .replace('@', '')
      .replace('/[^/]+', '')
      .replaceAll(/[:/.]+/g, '-')}`,
    `${names.join(', ')}: only through ${door}. ${reason}`,
    { path: '^src/', pathNot: `^src/${door.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}` },
    { path: names.flatMap(library) },
  );

const adapterFolders = ['providers', 'mail', 'stores'];

const adapterRules = adapterFolders.flatMap((folder) => [
  never(
    `${folder}-know-only-the-core`,
    `src/${folder} adapts one kind of thing. What else it needs is handed to it by the composition root.`,
    { path: `^src/${folder}/` },
    { path: ours, pathNot: [`^src/${folder}/`, '^src/core/'] },
  ),
  never(
    `${folder}-use-no-use-cases`,
    'Adapters implement ports. A use case called from below is a decision in the wrong place; types are fine.',
    { path: `^src/${folder}/` },
    {
      path: '^src/core/',
      pathNot: '^src/core/(ports|errors|secret|diagnosis|mailbox-settings)(\\.ts$|/)',
      dependencyTypesNot: ['type-only'],
    },
  ),
]);

module.exports = {
  forbidden: [
    never(
      'core-imports-only-core',
      'The core is the product and runs anywhere: no library, no other folder, and of Node.js only hashes.',
      { path: '^src/core/' },
      { pathNot: ['^src/core/', '^(node:)?crypto$'] },
    ),
    ...adapterRules,

    never(
      'native-and-connect-translate',
      'These surfaces translate between HTTP and the core; they reach no adapter and no foreign dialect.',
      { path: '^src/http/(native|connect|console)/' },
      {
        path: ours,
        pathNot: ['^src/core/index\\.ts$', '^src/http/[^/]+\\.ts$', '^src/http/(native|connect|console)/'],
      },
    ),
    never(
      'native-and-connect-apart',
      'The API for programs and the pages for people change for different reasons; and mailbox owners are not operators.',
      { path: '^src/http/(native|connect|console)/' },
      { path: '^src/http/(native|connect|console)/', pathNot: '^src/http/$1/' },
    ),
    never(
      'compat-knows-only-the-core',
      "A compatibility surface speaks its vendor's dialect alone: its own errors, so not problem.ts either.",
      { path: '^src/http/compat/([^/]+)/' },
      {
        path: ours,
        pathNot: [
          '^src/core/index\\.ts$',
          '^src/http/authenticate(\\.ts$|/)',
          '^src/http/compat/', // the next rule tells them apart
        ],
      },
    ),
    never(
      'compat-surfaces-apart',
      'Dialects change when their vendors do, each on its own day. What two of them share belongs to the core.',
      { path: '^src/http/compat/([^/]+)/' },
      { path: '^src/http/compat/', pathNot: '^src/http/compat/$1/' },
    ),
    never(
      'http-shared-files-reach-no-adapter',
      "Shared files of http/ serve every surface; adapters are the composition root's to connect.",
      { path: '^src/http/[^/]+\\.ts$' },
      { path: ['^src/(providers|mail|stores|jobs|http/compat)/', '^src/(gateway|config)\\.ts$'] },
    ),
    never(
      'jobs-know-only-the-core',
      'A job decides when, the core decides what.',
      { path: '^src/jobs/' },
      { path: ours, pathNot: ['^src/core/index\\.ts$', '^src/jobs/'] },
    ),
    never(
      'shared-files-know-no-ring',
      'config, log and egress are below everything; whoever imports a ring from there turns the design over.',
      { path: '^src/(config|log|egress)[^/]*\\.ts$' },
      { path: '^src/(providers|mail|stores|http|jobs|gateway|main|cli)(/|\\.ts$)' },
    ),
    never(
      'observability-watches',
      'What is counted and traced is told outside by src/observability; it decides nothing and reaches no adapter.',
      { path: '^src/observability/' },
      {
        path: ours,
        pathNot: [
          '^src/observability/',
          '^src/core/index\\.ts$',
          '^src/(config|log)[^/]*\\.ts$',
          '^src/http/[^/]+\\.ts$',
        ],
      },
    ),
    never(
      'watched-by-nobody-inside',
      'Whoever is watched does not know by whom: only the root connects them. Reports that processes send are data.',
      { path: '^src/', pathNot: '^src/(observability/|gateway\\.ts$)' },
      { path: '^src/observability/', pathNot: '^src/observability/reports\\.ts$' },
    ),
    never(
      'gateway-is-the-root',
      'The composition root knows everything; whoever imports it does, too. Entries and tests may.',
      { pathNot: '^(src/(main|cli)\\.ts$|(test|bench|scripts)/)' },
      { path: '^src/gateway(\\.ts$|/)' },
    ),

    never(
      'src-imports-only-src',
      'The program runs without its tests, tools, stand-ins and clients.',
      { path: '^src/' },
      { path: ours, pathNot: '^src/' },
    ),
    never(
      'sandbox-stands-alone',
      'A stand-in that shares code with the program shares its mistakes, and tests would agree with both.',
      { path: '^sandbox/' },
      { path: ours, pathNot: '^sandbox/' },
    ),
    never('sdk-stands-alone', 'The client is published by itself.', { path: '^sdk/' }, { pathNot: '^sdk/' }),
    never(
      'web-uses-the-sdk',
      'The console is a user of the public API like any other.',
      { path: '^web/' },
      { path: ours, pathNot: ['^web/', '^sdk/'] },
    ),

    oneDoor(['imapflow'], 'mail/imap.ts', 'It can swallow errors, so each call is judged in one place.'),
    oneDoor(['nodemailer'], 'mail/smtp.ts', 'SMTP refusals are classified in one place.'),
    oneDoor(
      ['oauth4webapi', 'openid-client'],
      'providers/o*.ts',
      'Protocol errors are classified once for mail providers (oauth2.ts), and once for the sign-in server of the console (openid-sign-in.ts), which has neither their dialects nor their verdicts.',
    ),
    oneDoor(['jose'], 'providers/id-token.ts', 'Signatures are checked by one piece of code.'),
    oneDoor(['pg'], 'stores/postgres*.ts', 'The engine files hold every difference between the databases.'),
    oneDoor(['sqlite'], 'stores/sqlite*.ts', 'The engine files hold every difference between the databases.'),
    oneDoor(['kysely'], 'stores/', "Queries are the store's business."),
    oneDoor(['undici'], 'egress*.ts', 'Every outbound call has its time-out, size limit and address filter.'),
    oneDoor(['pino'], 'log.ts', 'Redaction is configured once.'),
    oneDoor(['csv-parse'], 'cli/read-csv.ts', 'Only an import reads CSV, and counts its lines.'),
    oneDoor(
      ['prom-client'],
      'observability/prometheus.ts',
      'Names, types and labels of metrics are in one table beside it.',
    ),
    oneDoor(
      ['@opentelemetry/[^/]+'],
      'observability/traces.ts',
      'Which attributes leave the process is decided once.',
    ),
    oneDoor(['fastify', '@fastify/[^/]+'], 'http/', 'Only surfaces speak HTTP.'),

    never(
      'no-cycles',
      'A cycle is one module in several files. Cycles of types alone are none when the program runs.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports and that imports nothing is either dead or not connected yet.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/((main|cli)|core/glossary)\\.ts$' },
      to: {},
    },
    never(
      'no-development-packages',
      'Installations get `dependencies` only.',
      { path: '^src/' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    ),
    never(
      'no-unresolvable-imports',
      'The file or package is missing, or missing from package.json.',
      {},
      { couldNotResolve: true },
    ),
  ],
  options: {
    // TypeScript 7 has no API yet, so swc reads the sources. It sees type-only imports as well and marks them;
    // the cruiser's notice "missing-tsc-transpiler" takes the compiler for the only one that could.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // Built, and at times being built anew.
    exclude: { path: '^(sdk|web)/dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json'],
    },
  },
};
