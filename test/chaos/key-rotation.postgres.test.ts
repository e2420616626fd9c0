// The rotation of the keyring on PostgreSQL, with two processes.
import { counterparts } from '../counterparts/index.ts';
import { keyRotations } from './key-rotations.ts';

keyRotations({ engine: 'PostgreSQL', openDatabase: () => counterparts().createDatabase() });
