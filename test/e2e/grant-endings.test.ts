// Warnings ahead of the end of a grant, on the embedded database.
import { grantEndingTests } from './grant-endings.ts';

grantEndingTests(async () => ({ url: null, drop: async () => {} }));
