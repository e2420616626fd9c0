// A table in a frame; on narrow screens it scrolls sideways by itself, by keyboard too.
import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './data-table.module.css';

type Props = {
  /** What it lists, for people who do not see the page around it. */
  title: string;
  columns: readonly string[];
  /** Pixels under which it scrolls. */
  minWidth: number;
  children: ReactNode;
};

export function DataTable({ title, columns, minWidth, children }: Props) {
  return (
    <div className={classes.frame}>
      <Table.ScrollContainer minWidth={minWidth} type="native" tabIndex={0} role="region" aria-label={title}>
        <Table aria-label={title} verticalSpacing="sm" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              {columns.map((name) => (
                <Table.Th key={name}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{children}</Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}
