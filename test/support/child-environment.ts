// What a test gives to every process that it starts, beside the settings that it tries: nothing else of the tester's
// own environment may reach it.
import process from 'node:process';

/**
 * Where programs are, and where the test run keeps compiled modules: half of the time in which a gateway starts goes
 * into reading TypeScript.
 */
export function childEnvironment(): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env;
  return { PATH, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) };
}
