// Ten thousand mailboxes in the console, on PostgreSQL.
import { after, before } from 'node:test';
import { many } from './journeys/many.ts';
import { openStage, type Stage } from './support/stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage('postgres');
});
after(() => stage?.close());

many(() => stage);
