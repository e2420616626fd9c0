// The frame of a page: title, what it is for, its actions. Tells the browser's title, and takes the focus to the
// heading after a change of page, so that people with a screen reader hear where they are.
import { Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { arrivedBy, placeOf, rememberPlace } from '../app/arrival.ts';
import classes from './page.module.css';

type Props = {
  title: string;
  /** What stands before the title, such as the way back. */
  above?: ReactNode;
  /** One sentence on what the page is for. */
  lead?: ReactNode;
  /** Stands beside the title, such as a status. */
  beside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
};

export function Page({ title, above, lead, beside, actions, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Mailgrant`;
  }, [title]);
  useLayoutEffect(() => {
    if (arrivedBy() !== 'first') heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, placeOf());
    return rememberPlace();
  }, []);
  return (
    <>
      <div className={classes.head}>
        <div className={classes.words}>
          {above}
          <Group gap="sm" wrap="wrap">
            <Title order={1} size="h2" ref={heading} tabIndex={-1} className={classes.title}>
              {title}
            </Title>
            {beside}
          </Group>
          {lead !== undefined && (
            <Text c="dimmed" maw="44rem">
              {lead}
            </Text>
          )}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
    </>
  );
}
