// A link to another page of the console, inside of a text or a table.
import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';

type Props = { href: string; isStrong?: boolean; children: ReactNode };

export function TextLink({ href, isStrong = false, children }: Props) {
  return (
    <Anchor component={Link} href={href} size="sm" fw={isStrong ? 550 : 400} underline="always">
      {children}
    </Anchor>
  );
}
