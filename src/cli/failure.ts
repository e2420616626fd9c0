// The end of a command that did not work: words on standard error, or with --json one document, and the exit code.
import { DatabaseInUse } from '../stores/database-in-use.ts';
import { ApiProblem } from './api.ts';
import { Ambiguous, exitCodes, Interrupted, UsageError } from './command.ts';
import { Unreachable } from './place.ts';

export function tellFailure(error: unknown, isJson: boolean): number {
  const message = error instanceof Error ? error.message : String(error);
  const code = exitCodeOf(error);
  if (!isJson) process.stderr.write(`${message}\n`);
  else
    process.stderr.write(
      `${JSON.stringify({ error: { ...documentOf(error), message, exit_code: code } })}\n`,
    );
  return code;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof Interrupted) return exitCodes.interrupted;
  if (error instanceof Unreachable || error instanceof DatabaseInUse) return exitCodes.unreachable;
  if (error instanceof Ambiguous) return exitCodes.answerIsNo;
  if (error instanceof ApiProblem && (error.status === 401 || error.status === 403)) return exitCodes.denied;
  return exitCodes.failed;
}

/** The problem document as it came; for all else a code of our own. */
function documentOf(error: unknown): object {
  if (error instanceof ApiProblem) {
    const { document, status } = error;
    return { status, ...(typeof document === 'object' && document !== null ? document : {}) };
  }
  if (error instanceof UsageError) return { code: 'usage' };
  if (error instanceof Interrupted) return { code: 'interrupted' };
  if (error instanceof Unreachable) return { code: 'unreachable' };
  if (error instanceof DatabaseInUse) return { code: 'database_in_use' };
  if (error instanceof Ambiguous) return { code: 'ambiguous', ids: error.ids };
  return { code: 'failed' };
}
