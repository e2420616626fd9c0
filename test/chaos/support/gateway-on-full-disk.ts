// An entry for tests alone: a gateway that may be forbidden to let files grow. The system tells such a process by a
// signal, which would end it; a full disk does not, so the signal is taken and the failed write is all that is left.
import process from 'node:process';
import { serve } from '../../../src/main.ts';

process.on('SIGXFSZ', () => {});
process.on('disconnect', () => process.exit(1));
await serve();
