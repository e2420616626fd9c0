// Says that there is nothing yet, why, and what to do next.
import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './empty-state.module.css';

export function EmptyState({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={classes.empty}>
      <Stack gap="sm" align="center" maw="34rem">
        <Text fw={600} size="lg">
          {title}
        </Text>
        {children}
      </Stack>
    </div>
  );
}
