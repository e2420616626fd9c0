// The rotation of the keyring on the embedded database.
import { keyRotations } from './key-rotations.ts';

keyRotations({ engine: 'SQLite', openDatabase: async () => ({ url: null, drop: async () => {} }) });
