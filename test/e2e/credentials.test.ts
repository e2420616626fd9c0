// A client secret expires under a thousand mailboxes, on the embedded database.
import { credentialTests } from './credentials.ts';

credentialTests({ count: 1000, databaseUrl: async () => null });
