// The set-up list as the API gives it: what to do in the provider's console, step by step, with what to paste there.
// Ticks are for whoever works through it now; they are kept nowhere.
import { Anchor, Checkbox, Progress, Text } from '@mantine/core';
import { IconExternalLink, IconTool } from '@tabler/icons-react';
import { useState } from 'react';
import { type OAuthClient, type SetUpList, useSetUpList } from '../../api/oauth-client.ts';
import { Copyable } from '../../components/copyable.tsx';
import { ErrorState } from '../../components/error-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import classes from './set-up.module.css';

export function SetUp({ client }: { client: OAuthClient }) {
  const { data, error, isPending, refetch } = useSetUpList(client.id);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const troubles = troublesOf(client);
  const steps = data?.steps ?? [];
  const toggle = (step: string): void =>
    setTicked((before) =>
      before.has(step) ? new Set([...before].filter((known) => known !== step)) : new Set([...before, step]),
    );
  return (
    <Panel
      title="Set-up"
      note="What to do at the provider, in this order. Values are pasted letter by letter. Ticks are gone when you leave."
    >
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <RowsSkeleton rows={4} height={72} />}
      {steps.length > 0 && (
        <>
          <Text size="sm" className="mg-numbers" mb={4}>
            {ticked.size} of {steps.length} ticked
          </Text>
          <Progress value={(ticked.size / steps.length) * 100} aria-label="Steps ticked" size="sm" />
          <ol className={classes.steps}>
            {steps.map((step) => (
              <Step
                key={step.step}
                step={step}
                isTicked={ticked.has(step.step)}
                isRemedy={step.remedy_for.some((code) => troubles.has(code))}
                onToggle={() => toggle(step.step)}
              />
            ))}
          </ol>
        </>
      )}
    </Panel>
  );
}

type StepProps = {
  step: SetUpList['steps'][number];
  isTicked: boolean;
  isRemedy: boolean;
  onToggle: () => void;
};

function Step({ step, isTicked, isRemedy, onToggle }: StepProps) {
  return (
    <li className={classes.step} data-remedy={isRemedy}>
      <Checkbox
        label={<span className={classes.title}>{step.title}</span>}
        checked={isTicked}
        onChange={onToggle}
      />
      <div className={classes.body}>
        {isRemedy && <StatusBadge tone="warn" icon={IconTool} label="Mends what is the matter now" />}
        <Text size="xs" c="dimmed">
          {step.where}
        </Text>
        {step.what.map((sentence) => (
          <Text key={sentence} size="sm">
            {sentence}
          </Text>
        ))}
        {step.values.map(({ label, value }) => (
          <div key={`${label} ${value}`}>
            <Text size="xs" c="dimmed" mb={2}>
              {label}
            </Text>
            <Copyable text={value} />
          </div>
        ))}
        {step.url !== null && (
          <Anchor href={step.url} target="_blank" rel="noreferrer" size="sm" underline="always">
            Open this page of the provider <IconExternalLink size={13} aria-label="in a new tab" />
          </Anchor>
        )}
      </div>
    </li>
  );
}

/** Codes of everything that is known to be the matter. */
function troublesOf({ verdict, examination }: OAuthClient): ReadonlySet<string> {
  const examined = (examination?.steps ?? []).filter(({ result }) => result === 'failed');
  const codes = [verdict?.code, ...examined.map((step) => step.verdict?.code)];
  return new Set(codes.filter((code) => code !== undefined));
}
