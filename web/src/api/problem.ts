// Errors of the API, as the client throws them: told apart from what went wrong on the way or in the page.
import { isMailgrantError, type MailgrantError } from '../../../sdk/src/index.ts';

export type Problem = MailgrantError;

export const isProblem = (error: unknown): error is Problem => isMailgrantError(error);
