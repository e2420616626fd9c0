// The chaos suite in full: 200 rounds of killing for each engine and way of rotation, an hour or so. Arguments narrow it
// to files by a part of their name; CHAOS_ROUNDS and CHAOS_SEED are read by the tests.
import process from 'node:process';

process.env.CHAOS_ROUNDS ??= '200';
process.env.CHAOS_SEED ??= String(Math.floor(Math.random() * 2 ** 31));
process.env.MAILGRANT_TEST_TIMEOUT_SECONDS ??= '14400';
// A third storm beside two would try the callers' patience instead of the gateway.
process.env.MAILGRANT_TEST_CONCURRENCY ??= '2';
const [node = '', script = '', ...parts] = process.argv;
const names = parts.length === 0 ? [''] : parts;
process.argv = [node, script, ...names.map((name) => `test/chaos/${name}`)];
await import('./test.ts');
