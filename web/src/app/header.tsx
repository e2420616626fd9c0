// The bar at the top: the menu's button on small screens, the name, the workspace, the person.
import { Burger, Group } from '@mantine/core';
import { Link } from 'wouter';
import { Wordmark } from '../components/wordmark.tsx';
import { AccountMenu } from './account-menu.tsx';
import classes from './header.module.css';
import { WorkspaceSwitcher } from './workspace-switcher.tsx';

type Props = { isMenuOpen: boolean; onMenu: () => void };

export function Header({ isMenuOpen, onMenu }: Props) {
  return (
    <header className={classes.header}>
      <Burger
        className={classes.menuButton}
        opened={isMenuOpen}
        onClick={onMenu}
        size="sm"
        aria-label="Menu"
        aria-expanded={isMenuOpen}
      />
      <Link href="/" className={classes.home} aria-label="Mailgrant: overview">
        <Wordmark isCompact />
      </Link>
      <Group gap="xs" wrap="nowrap" className={classes.right}>
        <WorkspaceSwitcher />
        <AccountMenu />
      </Group>
    </header>
  );
}
