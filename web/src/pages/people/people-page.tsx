// What is held of one person, and forgetting it. For requests that people have a right to make.
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { usePeople } from '../../api/people.ts';
import { useMay } from '../../app/session-context.tsx';
import { useAnnounce } from '../../components/announcer.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { counted } from '../../components/numbers.ts';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { ErasePerson } from './erase-person.tsx';
import { ErasureProgress } from './erasure-progress.tsx';
import { PersonFound } from './person-found.tsx';

export function PeoplePage() {
  const may = useMay();
  const announce = useAnnounce();
  const { tell, erase } = usePeople();
  const [email, setEmail] = useState('');
  const [isMissing, setMissing] = useState(false);
  const entered = email.trim();
  const search = (event: FormEvent): void => {
    event.preventDefault();
    setMissing(entered === '');
    if (entered === '') return;
    erase.reset();
    tell.mutate(entered, {
      onSuccess: ({ mailboxes, records }) =>
        announce(
          `Found: ${counted(mailboxes.length, 'mailbox', 'mailboxes')}, ${counted(records.length, 'record')}`,
        ),
    });
  };
  const isShown = tell.data !== undefined && !tell.isPending && erase.data === undefined;
  return (
    <Page
      title="People"
      lead="Tell a person everything that this workspace holds of them, or forget it. Never a token is shown."
    >
      <Stack gap="lg" maw="60rem">
        <Panel>
          <form onSubmit={search} noValidate>
            <Group align="flex-end">
              <TextInput
                type="email"
                flex="1 1 18rem"
                label="An address of the person"
                description="Further addresses of their mailboxes are found with it."
                maxLength={254}
                autoComplete="off"
                value={email}
                error={isMissing ? 'Enter the address.' : undefined}
                onChange={(event) => setEmail(event.currentTarget.value)}
              />
              {may('people:read') && (
                <Button
                  type="submit"
                  leftSection={<IconSearch size={16} aria-hidden="true" />}
                  loading={tell.isPending}
                >
                  Find everything
                </Button>
              )}
            </Group>
          </form>
        </Panel>
        {tell.error !== null && <ErrorState error={tell.error} />}
        {tell.isPending && <RowsSkeleton rows={4} height={52} />}
        {isShown &&
          (tell.data.mailboxes.length + tell.data.records.length === 0 ? (
            <EmptyState title="Nothing is held of this person">
              This workspace knows nothing of {tell.data.email}.
            </EmptyState>
          ) : (
            <PersonFound person={tell.data} />
          ))}
        {erase.data !== undefined && <ErasureProgress key={erase.data.id} jobId={erase.data.id} />}
        {may('people:delete') && (
          <ErasePerson
            email={entered}
            onErase={async (address) => {
              await erase.mutateAsync(address);
              tell.reset();
            }}
          />
        )}
      </Stack>
    </Page>
  );
}
