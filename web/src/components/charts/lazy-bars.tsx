// Bars, loaded when they are first seen; the place is kept free, so that nothing jumps.
import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { BarsProps } from './bars.tsx';

const Bars = lazy(async () => ({ default: (await import('./bars.tsx')).Bars }));

export function LazyBars({ height = 220, ...props }: BarsProps) {
  return (
    <div style={{ minHeight: height }}>
      <Suspense fallback={<Skeleton h={height} />}>
        <Bars height={height} {...props} />
      </Suspense>
    </div>
  );
}
