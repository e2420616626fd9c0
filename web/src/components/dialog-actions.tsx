// The buttons at the end of a dialog. They stay in sight while what is above them scrolls, so that nobody looks for
// them below the edge of a small window.
import { Group } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './dialog-actions.module.css';

export function DialogActions({ children }: { children: ReactNode }) {
  return (
    <Group justify="flex-end" className={classes.actions}>
      {children}
    </Group>
  );
}
