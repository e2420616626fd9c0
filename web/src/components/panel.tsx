// A part of a page: heading, what it says, actions. A landmark by its heading.
import { Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './panel.module.css';

type Props = {
  title?: string;
  /** One sentence under the heading. */
  note?: ReactNode;
  actions?: ReactNode;
  /** `bad` for what needs somebody now, `danger` for what cannot be taken back. */
  tone?: 'plain' | 'bad' | 'warn' | 'danger';
  children: ReactNode;
};

export function Panel({ title, note, actions, tone = 'plain', children }: Props) {
  const id = useId();
  return (
    <section
      className={classes.panel}
      data-tone={tone}
      aria-labelledby={title === undefined ? undefined : id}
    >
      {(title !== undefined || actions !== undefined) && (
        <div className={classes.head}>
          <div>
            {title !== undefined && (
              <Title order={2} size="h5" id={id}>
                {title}
              </Title>
            )}
            {note !== undefined && (
              <Text size="sm" c="dimmed" component="div">
                {note}
              </Text>
            )}
          </div>
          {actions !== undefined && <div className={classes.actions}>{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}
