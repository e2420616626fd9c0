// The outline of a page that is being loaded, of about the size that it will have.
import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';

export function PageSkeleton() {
  return (
    <output>
      <VisuallyHidden>Loading</VisuallyHidden>
      <Stack gap="lg" aria-hidden="true">
        <Skeleton h={32} w="min(18rem, 60%)" />
        <Skeleton h={140} radius="md" />
        <Skeleton h={280} radius="md" />
      </Stack>
    </output>
  );
}
