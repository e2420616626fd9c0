// One link of the side bar.
import { Link } from 'wouter';
import type { NavigationEntry } from './navigation.ts';
import classes from './side-navigation.module.css';

export function SideLink({ entry, isCurrent }: { entry: NavigationEntry; isCurrent: boolean }) {
  const Icon = entry.icon;
  return (
    <Link href={entry.path} className={classes.link} aria-current={isCurrent ? 'page' : undefined}>
      <Icon size={18} stroke={1.75} aria-hidden="true" />
      {entry.label}
    </Link>
  );
}
