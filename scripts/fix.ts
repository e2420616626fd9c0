// What the formatter and linter can mend by themselves: `npm run fix`.
import { spawnSync } from 'node:child_process';

const { status } = spawnSync('biome', ['check', '--write', '.'], { stdio: 'inherit' });
process.exitCode = status ?? 1;
