// How far the pass is that seals everything anew: a bar, the same in words, and what is left of the time once that was
// seen long enough. Spoken at every quarter.
import { Box, Progress, Text } from '@mantine/core';
import { useEffect } from 'react';
import type { Keyring } from '../../api/installation-actions.ts';
import { useAnnounce } from '../../components/announcer.tsx';
import { numberOf } from '../../components/numbers.ts';
import { timeLeft } from './time-left.ts';
import { useSamples } from './use-samples.ts';

type Pass = NonNullable<Keyring['resealing']>;

/** Of 0 to 1; null while the values are counted. What came since the pass began makes it more than all. */
const partOf = ({ total, checked, finished_at: end }: Pass): number | null => {
  if (end !== null || total === 0) return 1;
  return total === null ? null : Math.min(1, checked / total);
};

export function ResealingProgress({ pass, lookedAt }: { pass: Pass; lookedAt: number }) {
  const announce = useAnnounce();
  const part = partOf(pass);
  const samples = useSamples(part ?? 0, lookedAt);
  const left = part === null ? null : timeLeft(samples);
  const words =
    part === null
      ? 'What is sealed is being counted.'
      : `${numberOf(pass.checked)} of ${numberOf(pass.total ?? pass.checked)} values looked at`;
  const quarter = part === null ? -1 : Math.floor(part * 4);
  // biome-ignore lint/correctness/useExhaustiveDependencies: said at every quarter, not at every look.
  useEffect(() => announce(`Sealing anew: ${words}`), [quarter]);
  return (
    <Box mb="md">
      <Text size="sm" fw={600} mb={6}>
        Sealing anew
      </Text>
      <Progress value={(part ?? 0) * 100} aria-label="Sealing anew" animated />
      <Text size="xs" mt={6} className="mg-numbers">
        {words}
        {left !== null && `, ${left}`}
      </Text>
    </Box>
  );
}
