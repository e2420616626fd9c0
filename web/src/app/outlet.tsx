// The page of the address. While it loads, its outline; when it fails, what to do, and the rest of the console goes
// on; after a change of page, the focus is on it.
import { Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { PageSkeleton } from '../components/page-skeleton.tsx';
import { ChooseWorkspacePage } from './choose-workspace-page.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { entryOf } from './navigation.ts';
import { NotFoundPage } from './not-found-page.tsx';
import { type PageRoute, routes } from './routes.ts';
import { ScopeMissingPage } from './scope-missing-page.tsx';
import { useMay } from './session-context.tsx';
import { useWorkspace } from './workspace-context.tsx';

export function Outlet() {
  const [path] = useLocation();
  return (
    <ErrorBoundary key={path}>
      <Suspense fallback={<PageSkeleton />}>
        <Switch>
          {routes.map((route) => (
            <Route key={route.path} path={route.path}>
              <Gate route={route} />
            </Route>
          ))}
          <Route>
            <NotFoundPage />
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  );
}

function Gate({ route: { path, page: Page, needsWorkspace } }: { route: PageRoute }) {
  const { workspaceId } = useWorkspace();
  const may = useMay();
  const entry = entryOf(path);
  // Whoever made a link comes to its page, which shows it to them even if they may read no others.
  const isOwnLink = path === '/connect-sessions/:id' && may('connect_sessions:create');
  if (entry?.scope !== undefined && !may(entry.scope) && !isOwnLink) {
    return <ScopeMissingPage title={entry.label} scope={entry.scope} />;
  }
  if (needsWorkspace && workspaceId === null) return <ChooseWorkspacePage />;
  // A page of another workspace is another page: nothing that was selected or typed goes over.
  return <Page key={workspaceId} />;
}
