// Short messages at the edge of the screen: what was done, or what did not work.
import { notifications } from '@mantine/notifications';
import { isProblem } from '../api/problem.ts';
import { wordsOf } from './words-of-error.ts';

const problemMs = 12_000;
const closeLabel = { closeButtonProps: { 'aria-label': 'Close the message' } };

export function notifyDone(message: string): void {
  notifications.show({ message, color: 'pine', role: 'status', ...closeLabel });
}

/** Says nothing of a session that is over: then the sign-in shows. */
export function notifyProblem(error: unknown): void {
  if (isProblem(error) && error.status === 401) return;
  const { title, detail, remedy } = wordsOf(error);
  const message = remedy === null ? detail : `${detail} ${remedy}`;
  notifications.show({ title, message, color: 'red', autoClose: problemMs, role: 'alert', ...closeLabel });
}

/** Something that was asked for and not done, for a reason that the person can act on. */
export function notifyWarning(title: string, message: string): void {
  notifications.show({
    title,
    message,
    color: 'yellow',
    autoClose: problemMs,
    role: 'alert',
    ...closeLabel,
  });
}
