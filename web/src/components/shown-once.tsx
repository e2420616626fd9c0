// A secret that was just made. It is in this page's memory only, until the dialog is closed.
import { Alert, Stack, Text } from '@mantine/core';
import { IconEyeExclamation } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Copyable } from './copyable.tsx';

type Props = { title: string; text: string; copyLabel: string; children: ReactNode };

export function ShownOnce({ title, text, copyLabel, children }: Props) {
  return (
    <Alert
      variant="default"
      title={title}
      icon={<IconEyeExclamation aria-hidden="true" color="var(--mg-warn-solid)" />}
      styles={{ root: { borderColor: 'var(--mg-warn-solid)' }, title: { color: 'var(--mg-text)' } }}
    >
      <Stack gap="sm">
        <Text size="sm" component="div">
          {children}
        </Text>
        <Copyable text={text} label={copyLabel} />
      </Stack>
    </Alert>
  );
}
