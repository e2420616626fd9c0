// One entry of the audit log.
import { Stack, Table, Text, UnstyledButton } from '@mantine/core';
import type { AuditEntry } from '../../api/audit-entries.ts';
import { Moment } from '../../components/moment.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { actionWords } from './action-words.ts';
import classes from './audit-row.module.css';
import { objectHref } from './object-links.ts';

const actorKinds = {
  api_key: 'Program',
  console: 'Person at the console',
  command_line: 'Command line',
  mailbox_owner: 'Mailbox owner',
  gateway: 'The gateway itself',
} as const satisfies Record<AuditEntry['actor']['kind'], string>;

type Props = { entry: AuditEntry; onFilter: (name: 'object_id' | 'actor_id', value: string) => void };

export function AuditRow({ entry, onFilter }: Props) {
  const { action, actor, object_id: objectId, data, request_id: requestId, address } = entry;
  const href = objectHref(action, objectId);
  const facts = Object.entries(data).filter(([, value]) => value !== null);
  return (
    <Table.Tr>
      <Table.Td className={classes.when}>
        <Moment at={entry.at} form="time" />
      </Table.Td>
      <Table.Td>
        <Stack gap={2}>
          <Text size="sm" fw={550}>
            {actor.name ?? actorKinds[actor.kind]}
          </Text>
          {actor.name !== null && (
            <Text size="xs" c="dimmed">
              {actorKinds[actor.kind]}
            </Text>
          )}
          {actor.kind === 'mailbox_owner' && actor.id !== null && (
            <TextLink href={`/connect-sessions/${actor.id}`}>By this connect session</TextLink>
          )}
          {actor.id !== null && (
            <Filter label="Only by them" onClick={() => onFilter('actor_id', actor.id ?? '')} />
          )}
        </Stack>
      </Table.Td>
      <Table.Td>
        <Stack gap={2}>
          <Text size="sm">{actionWords[action]}</Text>
          <Text size="xs" c="dimmed">
            <code>{action}</code>
          </Text>
        </Stack>
      </Table.Td>
      <Table.Td className={classes.object}>
        {objectId === null ? (
          'None'
        ) : (
          <Stack gap={2}>
            {href === null ? <code>{objectId}</code> : <TextLink href={href}>{objectId}</TextLink>}
            <Filter label="Only of this" onClick={() => onFilter('object_id', objectId)} />
          </Stack>
        )}
      </Table.Td>
      <Table.Td className={classes.details}>
        <dl className={classes.facts}>
          {facts.map(([name, value]) => (
            <Fact key={name} name={name} value={textOf(value)} />
          ))}
        </dl>
        {(address !== null || requestId !== null) && (
          <details className={classes.from}>
            <summary>Where from</summary>
            <dl className={classes.facts}>
              {address !== null && <Fact name="address" value={address} />}
              {requestId !== null && <Fact name="request" value={requestId} />}
            </dl>
          </details>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** Lists as people write them; what is nested deeper, as JSON. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const isFlat = Array.isArray(value) && value.every((part) => typeof part !== 'object');
  return isFlat ? value.join(', ') : JSON.stringify(value);
};

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

function Filter({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <UnstyledButton className={classes.filter} onClick={onClick}>
      {label}
    </UnstyledButton>
  );
}
