// Which keys seal and open what is stored, and whether everything is sealed anew. Keys are changed on the command line.
import { Code, Text } from '@mantine/core';
import { useKeyring } from '../../api/installation-actions.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { Facts } from '../../components/facts.tsx';
import { Moment } from '../../components/moment.tsx';
import { numberOf } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { ResealingProgress } from './resealing-progress.tsx';

export function KeyringPanel() {
  const { data, error, isPending, refetch, dataUpdatedAt } = useKeyring();
  const [first, ...others] = data?.key_ids ?? [];
  const resealing = data?.resealing ?? null;
  const isGoingOn = resealing !== null && resealing.finished_at === null;
  return (
    <Panel title="Keyring" note="Keys are added and retired on the command line: mailgrant keyring.">
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <RowsSkeleton rows={2} height={24} />}
      {isGoingOn && <ResealingProgress pass={resealing} lookedAt={dataUpdatedAt} />}
      {data && (
        <Facts
          facts={[
            { name: 'Seals', value: first === undefined ? 'None' : <Code>{first}</Code> },
            {
              name: 'Opens, too',
              value: others.length === 0 ? 'No other' : others.map((id) => <Code key={id}>{id}</Code>),
            },
            {
              name: 'Processes',
              value: numberOf(data.processes.length),
            },
            ...(resealing === null
              ? []
              : [
                  {
                    name: 'Sealed anew',
                    value: isGoingOn ? (
                      `${numberOf(resealing.resealed)} values so far`
                    ) : (
                      <>
                        {numberOf(resealing.resealed)} of the {numberOf(resealing.checked)} values looked at,{' '}
                        <Moment at={resealing.finished_at ?? resealing.updated_at} />
                      </>
                    ),
                  },
                  ...(resealing.unreadable === 0
                    ? []
                    : [
                        {
                          name: 'Cannot be opened',
                          value: (
                            <Text size="sm" c="var(--mg-bad-fg)" fw={600}>
                              {numberOf(resealing.unreadable)} values: a key is missing here
                            </Text>
                          ),
                        },
                      ]),
                ]),
          ]}
        />
      )}
    </Panel>
  );
}
