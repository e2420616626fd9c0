// A chart, and the same numbers as a table for whoever would rather read, or cannot see it.
import { SegmentedControl, Table } from '@mantine/core';
import { useState } from 'react';
import classes from './chart-with-table.module.css';
import type { BarPoint, BarSeries } from './charts/bars.tsx';
import { LazyBars } from './charts/lazy-bars.tsx';
import { numberOf } from './numbers.ts';

type Props = {
  /** What it shows, for the table's caption. */
  title: string;
  points: readonly BarPoint[];
  series: readonly BarSeries[];
  height?: number;
};

const views = [
  { value: 'chart', label: 'Chart' },
  { value: 'table', label: 'Table' },
] as const;

export function ChartWithTable({ title, points, series, height = 220 }: Props) {
  const [view, setView] = useState<'chart' | 'table'>('chart');
  return (
    <>
      <SegmentedControl
        size="xs"
        mb="sm"
        aria-label={`${title}: as`}
        data={[...views]}
        value={view}
        onChange={setView}
      />
      {view === 'chart' ? (
        <>
          <LazyBars points={points} series={series} height={height} />
          {series.length > 1 && <Legend series={series} />}
        </>
      ) : (
        <Table.ScrollContainer
          minWidth={280}
          maxHeight={height + 60}
          scrollAreaProps={{
            viewportProps: { tabIndex: 0, 'aria-label': `${title} as a table`, role: 'region' },
          }}
        >
          <Table aria-label={title} stickyHeader>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                {series.map(({ name, label }) => (
                  <Table.Th key={name} ta="right">
                    {label}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {points.map((point) => (
                <Table.Tr key={point.at}>
                  <Table.Th scope="row" fw={400}>
                    {point.at}
                  </Table.Th>
                  {series.map(({ name }) => (
                    <Table.Td key={name} ta="right">
                      {numberOf(Number(point[name] ?? 0))}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </>
  );
}

/** The library's own takes room away from the bars, and runs over on narrow screens. */
function Legend({ series }: { series: readonly BarSeries[] }) {
  return (
    <ul className={classes.legend}>
      {series.map(({ name, label, color }) => (
        <li key={name}>
          <span className={classes.swatch} style={{ background: color }} />
          {label}
        </li>
      ))}
    </ul>
  );
}
