// Writes docs/guides/*.md from the core's set-up lists; with --check it only compares.
import { readdirSync } from 'node:fs';
import { type PlannedClient, setUpListForNew } from '../src/core/set-up/index.ts';
import { builtInEndpoints, createProviders } from '../src/providers/index.ts';
import { writeOrCompare } from './generated-file.ts';
import { guidePages } from './guides/pages.ts';

const folder = 'docs/guides';

const providers = createProviders({
  endpoints: builtInEndpoints,
  egressFetch: () => Promise.reject(new Error('a guide is written without asking anybody')),
  egressPost: () => Promise.reject(new Error('a guide is written without asking anybody')),
  clock: { now: () => 0 },
});
const pages = guidePages({ forNew: (planned: PlannedClient) => setUpListForNew(providers, planned) });

let exitCode = 0;
for (const [path, text] of pages) exitCode = Math.max(exitCode, writeOrCompare(path, text));
for (const name of readdirSync(folder)) {
  if (pages.has(`${folder}/${name}`)) continue;
  console.error(`${folder}/${name} belongs to no guide: remove it`);
  exitCode = 1;
}
process.exitCode = exitCode;
