// A page that breaks takes nothing else with it.
import { Component, type ReactNode } from 'react';
import { ErrorState } from '../components/error-state.tsx';

type State = { error: Error | null };

export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <ErrorState error={error} onRetry={() => window.location.reload()} retryLabel="Load the page again" />
    );
  }
}
