// One API key, and its end by hand.
import { Button, Code, Stack, Table, Text } from '@mantine/core';
import { IconBan, IconCircleCheck, IconClock } from '@tabler/icons-react';
import { useState } from 'react';
import { type ApiKey, useRevokeApiKey } from '../../api/api-keys.ts';
import { useMay, useSession } from '../../app/session-context.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Moment } from '../../components/moment.tsx';
import { notifyDone } from '../../components/notify.ts';
import { counted } from '../../components/numbers.ts';
import { StatusBadge } from '../../components/status-badge.tsx';
import { TextLink } from '../../components/text-link.tsx';
import classes from './key-row.module.css';

const isExpired = ({ expires_at: at }: ApiKey): boolean => at !== null && Date.parse(at) <= Date.now();
export const isGood = (key: ApiKey): boolean => key.revoked_at === null && !isExpired(key);

export function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const may = useMay();
  const { key_id: ownId } = useSession();
  const revoke = useRevokeApiKey();
  const [isAsked, setAsked] = useState(false);
  const { id, name, last_four: lastFour, scopes } = apiKey;
  return (
    <Table.Tr>
      <Table.Td maw="18rem">
        <Stack gap={2}>
          <Text size="sm" fw={550}>
            {name}
          </Text>
          <Text size="xs" c="dimmed">
            <Code>mg_…{lastFour}</Code>
            {id === ownId && ' · you are signed in with it'}
          </Text>
          {may('audit:read') && <TextLink href={`/audit?actor_id=${id}`}>What it changed</TextLink>}
        </Stack>
      </Table.Td>
      <Table.Td>
        <KeyStatus apiKey={apiKey} />
      </Table.Td>
      <Table.Td maw="16rem">
        {scopes.includes('all') ? (
          'Everything'
        ) : (
          <details className={classes.scopes}>
            <summary>{counted(scopes.length, 'scope')}</summary>
            <ul>
              {scopes.map((scope) => (
                <li key={scope}>
                  <code>{scope}</code>
                </li>
              ))}
            </ul>
          </details>
        )}
      </Table.Td>
      <Table.Td>
        {apiKey.expires_at === null ? 'Never' : <Moment at={apiKey.expires_at} form="full" />}
      </Table.Td>
      <Table.Td>
        <Moment at={apiKey.created_at} />
      </Table.Td>
      <Table.Td>
        {may('api_keys:delete') && apiKey.revoked_at === null && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Revoke ${name}`}
            onClick={() => setAsked(true)}
          >
            Revoke
          </Button>
        )}
        <ConfirmDialog
          isOpen={isAsked}
          onClose={() => setAsked(false)}
          title={`Revoke ${name}`}
          confirmLabel="Revoke it"
          isDangerous
          onConfirm={async () => {
            await revoke.mutateAsync(id);
            notifyDone(`${name} is revoked.`);
          }}
        >
          Every program that uses it is refused from now on. That cannot be taken back.
          {id === ownId && ' You are signed in with it: this session ends, too.'}
        </ConfirmDialog>
      </Table.Td>
    </Table.Tr>
  );
}

function KeyStatus({ apiKey }: { apiKey: ApiKey }) {
  if (apiKey.revoked_at !== null) return <StatusBadge tone="off" icon={IconBan} label="Revoked" />;
  if (isExpired(apiKey)) return <StatusBadge tone="off" icon={IconClock} label="Ended" />;
  return <StatusBadge tone="ok" icon={IconCircleCheck} label="Good" />;
}
