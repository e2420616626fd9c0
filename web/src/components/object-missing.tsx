// Instead of a page whose object cannot be shown: it is gone, or the call failed.
import type { ReactNode } from 'react';
import { isProblem } from '../api/problem.ts';
import { ErrorState } from './error-state.tsx';
import { Page } from './page.tsx';

type Props = { noun: string; error: unknown; above: ReactNode; onRetry: () => void };

export function ObjectMissing({ noun, error, above, onRetry }: Props) {
  const isGone = isProblem(error) && error.status === 404;
  return (
    <Page title={isGone ? `There is no such ${noun}` : 'It cannot be shown'} above={above}>
      <ErrorState error={error} {...(isGone ? {} : { onRetry })} />
    </Page>
  );
}
