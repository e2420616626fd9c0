// Tries of the registration what can be tried without a person, and shows what was found.
import { Button, Stack, Text, TextInput } from '@mantine/core';
import { IconCircleCheck, IconCircleX, IconHelpCircle, IconStethoscope } from '@tabler/icons-react';
import { useState } from 'react';
import { type Examination, type OAuthClient, useOAuthClientActions } from '../../api/oauth-client.ts';
import { useAnnounce } from '../../components/announcer.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Moment } from '../../components/moment.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProviderWords } from '../../components/provider-words.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { actors } from '../../components/verdict-note.tsx';
import { WithCode } from '../../components/with-code.tsx';
import { examinedSubjects } from './client-words.ts';
import classes from './examination-panel.module.css';

const results = {
  passed: { tone: 'ok', icon: IconCircleCheck, label: 'Passed' },
  failed: { tone: 'bad', icon: IconCircleX, label: 'Failed' },
  unknown: { tone: 'off', icon: IconHelpCircle, label: 'Not known' },
} as const;

export function ExaminationPanel({ client }: { client: OAuthClient }) {
  const { examine } = useOAuthClientActions(client.id);
  const announce = useAnnounce();
  const [email, setEmail] = useState('');
  const isDirect = client.grant_type !== 'authorization_code';
  const found = examine.data ?? client.examination;
  const run = (): void =>
    examine.mutate(email.trim() === '' ? null : email.trim(), {
      onSuccess: ({ steps }) => {
        const failed = steps.filter(({ result }) => result === 'failed').length;
        announce(failed === 0 ? 'Examined: nothing failed' : `Examined: ${failed} failed`);
      },
    });
  return (
    <Panel
      title="Examination"
      note="Asks the provider what can be asked without anybody signing in. It may take half a minute."
      actions={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconStethoscope size={15} aria-hidden="true" />}
          loading={examine.isPending}
          onClick={run}
        >
          {found === null ? 'Examine' : 'Examine again'}
        </Button>
      }
    >
      <Stack gap="sm">
        {isDirect && (
          <TextInput
            type="email"
            label="A mailbox to try with"
            description="May be left out; then it is not tried whether a mailbox opens."
            value={email}
            maxLength={254}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
        )}
        {examine.error !== null && <ErrorState error={examine.error} onRetry={run} />}
        {examine.isPending && <RowsSkeleton rows={4} height={36} />}
        {!examine.isPending && found !== null && <Found examination={found} />}
        {!examine.isPending && found === null && (
          <Text size="sm">Not examined yet, or changed since it was.</Text>
        )}
      </Stack>
    </Panel>
  );
}

function Found({ examination }: { examination: Examination }) {
  return (
    <>
      <Text size="xs" c="dimmed">
        Examined <Moment at={examination.examined_at} />
      </Text>
      <ol className={classes.steps}>
        {examination.steps.map(({ subject, result, verdict, provider }) => (
          <li key={subject} className={classes.step}>
            <div className={classes.head}>
              <Text size="sm" fw={600}>
                {examinedSubjects[subject]}
              </Text>
              <StatusBadge {...results[result]} />
            </div>
            {verdict !== null && result !== 'passed' && (
              <Text size="sm">
                <WithCode text={`${verdict.sentence} ${verdict.remedy}`} />
                {result === 'failed' && ` Must act: ${actors[verdict.actor]}.`}
              </Text>
            )}
            {provider !== null && result === 'failed' && <ProviderWords words={provider} />}
          </li>
        ))}
      </ol>
    </>
  );
}
