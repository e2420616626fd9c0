// Runs every scripts/generate-*.ts: `npm run generate`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const names = readdirSync('scripts').filter((name) => /^generate-.*\.ts$/.test(name));
const failed = names.filter(
  (name) => spawnSync(process.execPath, [`scripts/${name}`], { stdio: 'inherit' }).status !== 0,
);
for (const name of failed) console.error(`${name} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
