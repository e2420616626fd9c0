// Kills on PostgreSQL; what is promised stands in kill-rounds.ts.
import { counterparts } from '../counterparts/index.ts';
import { killRounds } from './kill-rounds.ts';

killRounds({
  engine: 'PostgreSQL',
  rotation: 'strict',
  openDatabase: () => counterparts().createDatabase(),
});
