// Takeovers on the embedded database, by the process that is started after the killed one.
import { takeovers } from './takeovers.ts';

takeovers({ engine: 'SQLite', openDatabase: async () => ({ url: null, drop: async () => {} }) });
