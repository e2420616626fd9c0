// Loads the next page of a list; nothing when all is there.
import { Button, Group } from '@mantine/core';
import type { Paged } from '../api/paged.ts';

type Props = {
  list: Pick<Paged, 'hasNextPage' | 'fetchNextPage' | 'isFetchingNextPage'>;
  label?: string;
};

export function MoreButton({ list, label = 'Show more' }: Props) {
  if (!list.hasNextPage) return null;
  return (
    <Group mt="md">
      <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        {label}
      </Button>
    </Group>
  );
}
