// Runs every scripts/generate-*.ts: `npm run generate`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

// The client is made from what another of them writes, so it comes last.
const isLast = (name: string): boolean => name === 'generate-client.ts';
const names = readdirSync('scripts')
  .filter((name) => /^generate-.*\.ts$/.test(name))
  .sort((a, b) => Number(isLast(a)) - Number(isLast(b)));
const failed = names.filter(
  (name) => spawnSync(process.execPath, [`scripts/${name}`], { stdio: 'inherit' }).status !== 0,
);
for (const name of failed) console.error(`${name} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
