// Writes docs/configuration.md from src/settings-table.ts, src/config-credentials.ts and src/config.ts; with --check it only compares.

import { commandSettings, type Setting } from '../src/config.ts';
import { credentialSettings } from '../src/config-credentials.ts';
import { settingsTable } from '../src/settings-table.ts';
import { writeOrCompare } from './generated-file.ts';

const rowOf = ({ name, meaning, fallback }: Setting): string =>
  `| \`${name}\` | ${meaning} | ${fallback === '' ? 'none' : `\`${fallback}\``} |`;

const rows = [...Object.values(settingsTable), ...Object.values(commandSettings)].map(rowOf);

const page = `# Configuration

<!-- Written by \`npm run generate\` from src/settings-table.ts. -->

Settings come from the environment. For each \`NAME\` that does not end in \`_FILE\`, \`NAME_FILE\` may name a file that holds the value instead. All mistakes are reported at once, an unknown \`MAILGRANT_*\` name among them, and nothing starts before they are mended.

| setting | meaning | default |
|---|---|---|
${rows.join('\n')}

## Credentials of OAuth clients

A client secret, a certificate or a service account's key may stay where the operator keeps secrets, instead of sealed in the database. The operator declares it under a name; only a key of the installation can make an OAuth client that uses the name. A message about one that cannot be read names the variable, never a value or a path.

| setting | meaning |
|---|---|
${credentialSettings.map(({ name, meaning }) => `| \`${name}\` | ${meaning} |`).join('\n')}

One name has one source. While a file or a command that gave something before fails, what it gave goes on being used for an hour. Commands need \`/bin/sh\`.

## Times

Three times depend on each other: provider time-out ≤ ¾ lease, lease < token read time-out. See [ADR 0003](adr/0003-refresh-by-lease-and-compare-and-swap.md).
`;

process.exitCode = writeOrCompare('docs/configuration.md', page);
