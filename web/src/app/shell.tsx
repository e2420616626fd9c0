// What stands around every page: skip link, header, side bar (a drawer on small screens), the page, running jobs.
import { Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { Header } from './header.tsx';
import { JobDock } from './job-dock.tsx';
import { Outlet } from './outlet.tsx';
import classes from './shell.module.css';
import { SideNavigation } from './side-navigation.tsx';

export function Shell() {
  const [isMenuOpen, menu] = useDisclosure(false);
  const [path] = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever went to another page has no more use for the menu.
  useEffect(() => menu.close(), [path]);
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#page">
        Skip to the page
      </a>
      <Header isMenuOpen={isMenuOpen} onMenu={menu.toggle} />
      <div className={classes.sideBar}>
        <div className={classes.sticky}>
          <SideNavigation />
        </div>
      </div>
      <Drawer
        opened={isMenuOpen}
        onClose={menu.close}
        title="Menu"
        size="17rem"
        closeButtonProps={{ 'aria-label': 'Close the menu' }}
      >
        <SideNavigation />
      </Drawer>
      <main id="page" className={classes.page} tabIndex={-1}>
        <Outlet />
        <div id="overlays" />
      </main>
      <JobDock />
    </div>
  );
}
