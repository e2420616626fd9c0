// Either the sign-in or the console. The address stays as it is, so that whoever signs in again is back where the
// session ended.
import { lazy, Suspense, useEffect, useState } from 'react';
import { hasSignedOut, useConsoleSession } from '../api/session.ts';
import { useSessionNews } from '../api/session-news.ts';
import { takeReturnPlace } from '../pages/sign-in/return-place.ts';
import { SignInPage } from '../pages/sign-in/sign-in-page.tsx';
import { StartScreen } from './start-screen.tsx';

const Console = lazy(async () => ({ default: (await import('./console.tsx')).Console }));

export function SessionGate() {
  const session = useConsoleSession();
  const isSignedIn = Boolean(session.data);
  useSessionNews(session.data);
  const [wasSignedIn, setWasSignedIn] = useState(false);
  if (isSignedIn && !wasSignedIn) setWasSignedIn(true);
  // After a sign-in that led over another site; else there is none.
  useEffect(() => {
    const place = isSignedIn ? takeReturnPlace() : null;
    if (place !== null) window.history.replaceState(null, '', place);
  }, [isSignedIn]);
  if (session.data === null) return <SignInPage isOver={wasSignedIn && !hasSignedOut()} />;
  const wait = <StartScreen error={session.error} onRetry={() => void session.refetch()} />;
  if (session.data === undefined) return wait;
  return (
    <Suspense fallback={wait}>
      <Console session={session.data} />
    </Suspense>
  );
}
