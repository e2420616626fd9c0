// Search and filters above the list. The search waits until the person stops typing.
import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useOAuthClientChoice } from '../../api/oauth-clients.ts';
import { mailboxStatuses, mailboxStatusNames } from '../../components/mailbox-status.tsx';
import { providerNames } from '../../components/provider-name.tsx';
import classes from './filter-bar.module.css';
import type { useMailboxFilter } from './use-mailbox-filter.ts';

const typingMs = 200;

const statusChoice = mailboxStatusNames.map((value) => ({ value, label: mailboxStatuses[value].label }));
const providerChoice = Object.entries(providerNames).map(([value, label]) => ({ value, label }));

export function FilterBar({ filter, change, clear }: ReturnType<typeof useMailboxFilter>) {
  const oauthClients = useOAuthClientChoice();
  const clientChoice = (oauthClients.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <search className={classes.bar} aria-label="Search and filter the mailboxes">
      <DebouncedText
        className={classes.search}
        label="Search"
        placeholder="Part of the address or name"
        value={filter.search ?? ''}
        onSettled={(search) => change({ search })}
        leftSection={<IconSearch size={16} aria-hidden="true" />}
      />
      <Select
        label="Status"
        placeholder="Any"
        clearable
        data={statusChoice}
        value={filter.status ?? null}
        onChange={(status) => change({ status })}
      />
      <Select
        label="Provider"
        placeholder="Any"
        clearable
        data={providerChoice}
        value={filter.provider ?? null}
        onChange={(provider) => change({ provider })}
      />
      <Select
        label="OAuth client"
        placeholder="Any"
        clearable
        searchable
        data={clientChoice}
        value={filter.oauth_client_id ?? null}
        onChange={(oauthClientId) => change({ oauth_client_id: oauthClientId })}
        nothingFoundMessage="None of this name"
      />
      <DebouncedText
        label="Customer"
        placeholder="Any"
        value={filter.customer ?? ''}
        onSettled={(customer) => change({ customer })}
      />
      <Button
        variant="subtle"
        onClick={clear}
        // Its room is kept, so that nothing moves when the first filter is set.
        style={{ visibility: Object.keys(filter).length === 0 ? 'hidden' : 'visible' }}
      >
        Clear filters
      </Button>
    </search>
  );
}

type TextProps = {
  label: string;
  placeholder: string;
  value: string;
  onSettled: (text: string) => void;
  className?: string | undefined;
  leftSection?: React.ReactNode;
};

/** Shows at once what is typed and tells it when the typing stops; takes over what comes from the address. */
function DebouncedText({ value, onSettled, ...props }: TextProps) {
  const [text, setText] = useState(value);
  const settle = useDebouncedCallback(onSettled, typingMs);
  useEffect(() => setText((typed) => (typed.trim() === value ? typed : value)), [value]);
  return (
    <TextInput
      {...props}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        settle(event.currentTarget.value);
      }}
      autoComplete="off"
      spellCheck={false}
    />
  );
}
