// Serializers are made with the first answer, so a schema that cannot be made into one would be found by a caller. Here
// all of them are made at once, those of every surface.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { emailengine } from '../../src/http/compat/emailengine/index.ts';
import { instantly } from '../../src/http/compat/instantly/index.ts';
import { smartlead } from '../../src/http/compat/smartlead/index.ts';
import { warmy } from '../../src/http/compat/warmy/index.ts';
import { native } from '../../src/http/native/index.ts';
import { startWorld } from './native-world.ts';

test('every answer of every route has a schema from which its serializer can be made', async () => {
  const world = await startWorld();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  try {
    for (const surface of [native, instantly, smartlead, warmy, emailengine]) {
      // Without lazy-serializers.ts: Fastify makes each one when the route is ready, and fails where it cannot.
      const app = fastify({ logger: false });
      let answers = 0;
      app.addHook('onRoute', ({ schema }) => {
        answers += Object.keys(schema?.response ?? {}).length;
      });
      await app.register(async (scope) => surface.register(scope, { core: world.core, log }));
      await app.ready();
      assert.ok(answers > 0 || surface !== native, `${surface.name} has ${answers} answers with a schema`);
      await app.close();
    }
  } finally {
    await world.close();
  }
});
