// Kills on the embedded database; what is promised stands in kill-rounds.ts.
import { killRounds } from './kill-rounds.ts';

killRounds({
  engine: 'SQLite',
  rotation: 'lenient',
  openDatabase: async () => ({ url: null, drop: async () => {} }),
});
