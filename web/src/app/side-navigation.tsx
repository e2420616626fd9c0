// The links to the pages, as far as the key that somebody signed in with may use them.
import { useLocation } from 'wouter';
import { navigation } from './navigation.ts';
import { useMay, useSession } from './session-context.tsx';
import { SideLink } from './side-link.tsx';
import classes from './side-navigation.module.css';

export function SideNavigation() {
  const may = useMay();
  const { workspace_id: workspaceId } = useSession();
  const [path] = useLocation();
  const sections = navigation
    .map(({ title, entries }) => ({
      title,
      entries: entries.filter(
        ({ scope, isInstallationOnly = false }) =>
          (scope === undefined || may(scope)) && (!isInstallationOnly || workspaceId === null),
      ),
    }))
    .filter(({ entries }) => entries.length > 0);
  return (
    <nav aria-label="Console" className={classes.navigation}>
      {sections.map(({ title, entries }) => (
        <section key={title} aria-label={title}>
          <p className={classes.title} aria-hidden="true">
            {title}
          </p>
          <ul className={classes.list}>
            {entries.map((entry) => (
              <li key={entry.path}>
                <SideLink entry={entry} isCurrent={isAt(path, entry.path)} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

const isAt = (path: string, entryPath: string): boolean =>
  path === entryPath || (entryPath !== '/' && path.startsWith(`${entryPath}/`));
