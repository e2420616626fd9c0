// Takeovers on PostgreSQL, by a process that runs beside the killed one.
import { counterparts } from '../counterparts/index.ts';
import { takeovers } from './takeovers.ts';

takeovers({ engine: 'PostgreSQL', openDatabase: () => counterparts().createDatabase() });
