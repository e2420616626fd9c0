// What operators and workspace owners set up at the console, on PostgreSQL.
import { after, before } from 'node:test';
import { operating } from './journeys/operating.ts';
import { workspace } from './journeys/workspace.ts';
import { openStage, type Stage } from './support/stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage('postgres');
});
after(() => stage?.close());

workspace(() => stage);
operating(() => stage);
