// Stands for the rows of a list that is being loaded.
import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';

export function RowsSkeleton({ rows = 4, height = 40 }: { rows?: number; height?: number }) {
  return (
    <output>
      <VisuallyHidden>Loading</VisuallyHidden>
      <Stack gap="xs" aria-hidden="true">
        {Array.from({ length: rows }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: all are the same.
          <Skeleton key={index} h={height} radius="sm" />
        ))}
      </Stack>
    </output>
  );
}
