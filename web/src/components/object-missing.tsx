// Instead of a page whose object cannot be shown: it is gone, or the call failed. What is gone is shown no longer, even
// when it was a moment ago: it would look as well as ever.
import type { ReactNode } from 'react';
import { isProblem } from '../api/problem.ts';
import { ErrorState } from './error-state.tsx';
import { Page } from './page.tsx';

/** Whether a page has to say so, in place of what it knows. */
export const isMissing = (data: unknown, error: unknown): boolean =>
  error !== null && (data === undefined || isGoneBy(error));

const isGoneBy = (error: unknown): boolean => isProblem(error) && error.status === 404;

type Props = { noun: string; error: unknown; above: ReactNode; onRetry: () => void };

export function ObjectMissing({ noun, error, above, onRetry }: Props) {
  const isGone = isGoneBy(error);
  return (
    <Page title={isGone ? `There is no such ${noun}` : 'It cannot be shown'} above={above}>
      <ErrorState error={error} {...(isGone ? {} : { onRetry })} />
    </Page>
  );
}
