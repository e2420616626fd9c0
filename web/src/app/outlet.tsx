// The page of the address. While it loads, its outline; when it fails, what to do, and the rest of the console goes
// on; after a change of page, the focus is on it.
import { Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { PageSkeleton } from '../components/page-skeleton.tsx';
import { ChooseWorkspacePage } from './choose-workspace-page.tsx';
import { ErrorBoundary } from './error-boundary.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { type PageRoute, routes } from './routes.ts';
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

function Gate({ route: { page: Page, needsWorkspace } }: { route: PageRoute }) {
  const { workspaceId } = useWorkspace();
  if (needsWorkspace && workspaceId === null) return <ChooseWorkspacePage />;
  // A page of another workspace is another page: nothing that was selected or typed goes over.
  return <Page key={workspaceId} />;
}
