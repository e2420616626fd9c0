// Writes docs/configuration.md from src/settings-table.ts; with --check it only compares.
import { settingsTable } from '../src/settings-table.ts';
import { writeOrCompare } from './generated-file.ts';

const rows = Object.values(settingsTable).map(
  ({ name, meaning, fallback }) =>
    `| \`${name}\` | ${meaning} | ${fallback === '' ? 'none' : `\`${fallback}\``} |`,
);

const page = `# Configuration

<!-- Written by \`npm run generate\` from src/settings-table.ts. -->

Settings come from the environment. For each \`NAME\` that does not end in \`_FILE\`, \`NAME_FILE\` may name a file that holds the value instead. All mistakes are reported at once, an unknown \`MAILGRANT_*\` name among them, and nothing starts before they are mended.

| setting | meaning | default |
|---|---|---|
${rows.join('\n')}

Three times depend on each other: provider time-out ≤ ¾ lease, lease < token read time-out. See [ADR 0003](adr/0003-refresh-by-lease-and-compare-and-swap.md).
`;

process.exitCode = writeOrCompare('docs/configuration.md', page);
