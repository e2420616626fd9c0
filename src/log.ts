// The log: one JSON line an event, on standard error. `Secret` values print as [redacted] by themselves; the
// names below are a second net for what comes from outside as plain text.
import { pino } from 'pino';
import type { Log } from './core/index.ts';

const secretNames = [
  'access_token',
  'refresh_token',
  'id_token',
  'client_secret',
  'code_verifier',
  'assertion',
  'authorization',
  'cookie',
  'accessToken',
  'refreshToken',
  'clientSecret',
  'codeVerifier',
];

/** `write` takes the lines, for tests; without it they go to standard error. */
export function createLog(level: string, write?: (line: string) => void): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err },
      redact: {
        paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[redacted]',
      },
    },
    write ? { write } : pino.destination({ dest: 2, sync: false }),
  );
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  };
}
