// Warnings ahead of the end of a grant, raised by two nodes on one database.
import { counterparts } from '../counterparts/index.ts';
import { grantEndingTests } from './grant-endings.ts';

grantEndingTests(() => counterparts().createDatabase());
