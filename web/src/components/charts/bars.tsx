// Bars over time, stacked by series. The only file that imports the chart library, which is large: load it through
// lazy-bars.tsx. People who do not see it read the table that stands beside every chart.
import '@mantine/charts/styles.css';
import { BarChart } from '@mantine/charts';

export type BarSeries = { name: string; label: string; color: string };
/** `at`: what stands below the bar; the rest by the names of the series. */
export type BarPoint = { at: string } & Record<string, number | string>;

export type BarsProps = { points: readonly BarPoint[]; series: readonly BarSeries[]; height?: number };

const steps = 4;

/** Whole numbers at each step, also where there is little or nothing to be seen. */
const topOf = (most: number): number => Math.max(1, Math.ceil(most / steps)) * steps;

export function Bars({ points, series, height = 220 }: BarsProps) {
  return (
    <div aria-hidden="true">
      <BarChart
        h={height}
        data={[...points]}
        dataKey="at"
        type="stacked"
        series={[...series]}
        tickLine="none"
        gridAxis="x"
        maxBarWidth={36}
        yAxisProps={{
          allowDecimals: false,
          width: 36,
          domain: [0, topOf],
          tickCount: steps + 1,
          interval: 0,
        }}
        barProps={{ isAnimationActive: false }}
        barChartProps={{ accessibilityLayer: false }}
      />
    </div>
  );
}
