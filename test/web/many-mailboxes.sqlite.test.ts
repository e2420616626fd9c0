// Ten thousand mailboxes in the console, on SQLite.
import { after, before } from 'node:test';
import { many } from './journeys/many.ts';
import { openStage, type Stage } from './support/stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage('sqlite');
});
after(() => stage?.close());

many(() => stage);
