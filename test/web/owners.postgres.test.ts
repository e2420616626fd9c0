// Workspace owners and mailbox owners at the console, on PostgreSQL.
import { after, before } from 'node:test';
import { connecting } from './journeys/connecting.ts';
import { oneMailbox } from './journeys/one-mailbox.ts';
import { signingIn } from './journeys/signing-in.ts';
import { openStage, type Stage } from './support/stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage('postgres');
});
after(() => stage?.close());

signingIn(() => stage);
connecting(() => stage);
oneMailbox(() => stage);
