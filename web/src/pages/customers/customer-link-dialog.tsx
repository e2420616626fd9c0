// Makes a link for one customer, and shows it this once: it is not kept anywhere.
import { Button, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useCreateCustomerLink } from '../../api/connect-sessions.ts';
import { Copyable } from '../../components/copyable.tsx';
import { DialogActions } from '../../components/dialog-actions.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Moment } from '../../components/moment.tsx';
import { useFocusBack } from '../../components/use-focus-back.ts';
import { type Profile, profiles } from '../connect/profiles.ts';

const daySeconds = 24 * 3600;
const lives = [
  { value: String(daySeconds), label: 'One day' },
  { value: String(7 * daySeconds), label: 'One week' },
  { value: String(30 * daySeconds), label: '30 days' },
  { value: String(90 * daySeconds), label: '90 days' },
  { value: String(365 * daySeconds), label: 'One year' },
];
const profileChoice = profiles.map(({ value, label }) => ({ value, label }));

export function CustomerLinkDialog({ customer: given, onClose }: { customer: string; onClose: () => void }) {
  useFocusBack();
  const create = useCreateCustomerLink();
  const [customer, setCustomer] = useState(given);
  const [profile, setProfile] = useState<Profile>('full');
  const [life, setLife] = useState(String(30 * daySeconds));
  const [isMissing, setMissing] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const name = customer.trim();
    setMissing(name === '');
    if (name !== '') create.mutate({ customer: name, profile, expires_in_seconds: Number(life) });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title="Make a customer link"
      size="lg"
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {create.data ? (
        <Stack>
          <Text size="sm">
            For {customer.trim()}, until <Moment at={create.data.expires_at} form="full" />. Copy it now: it
            is not shown again. Whoever has it can connect mailboxes for this customer.
          </Text>
          <Copyable text={create.data.url} label="Copy link" />
          <DialogActions>
            <Button onClick={onClose}>Done</Button>
          </DialogActions>
        </Stack>
      ) : (
        <form onSubmit={submit} noValidate>
          <Stack>
            <TextInput
              label="Customer"
              description="The mailboxes that are connected at the link belong to it."
              maxLength={200}
              value={customer}
              onChange={(event) => setCustomer(event.currentTarget.value)}
              error={isMissing ? 'Enter the name of the customer.' : undefined}
              data-autofocus={given === '' ? true : undefined}
            />
            <Select
              label="What mailboxes are connected for"
              data={profileChoice}
              allowDeselect={false}
              value={profile}
              onChange={(value) =>
                setProfile(profiles.find((known) => known.value === value)?.value ?? 'full')
              }
            />
            <Select
              label="Good for"
              data={lives}
              allowDeselect={false}
              value={life}
              onChange={(value) => value !== null && setLife(value)}
            />
            {create.error !== null && <ErrorState error={create.error} />}
            <DialogActions>
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={create.isPending}>
                Make the link
              </Button>
            </DialogActions>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
