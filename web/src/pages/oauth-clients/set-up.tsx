// The set-up list as the API gives it: what to do in the provider's console, step by step. One step is open at a time;
// whoever ticks it is led to the next. Ticks are for whoever works through it now; they are kept nowhere.
import { Progress, Text } from '@mantine/core';
import { useState } from 'react';
import { type OAuthClient, useSetUpList } from '../../api/oauth-client.ts';
import { ErrorState } from '../../components/error-state.tsx';
import { Panel } from '../../components/panel.tsx';
import { RowsSkeleton } from '../../components/rows-skeleton.tsx';
import classes from './set-up.module.css';
import { SetUpStep } from './set-up-step.tsx';

export function SetUp({ client }: { client: OAuthClient }) {
  const { data, error, isPending, refetch } = useSetUpList(client.id);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  /** Undefined = as it is at first: what mends the trouble, or the first step. Null = none. */
  const [chosen, setChosen] = useState<string | null | undefined>();
  const troubles = troublesOf(client);
  const steps = data?.steps ?? [];
  const remedies = steps.filter(({ remedy_for: codes }) => codes.some((code) => troubles.has(code)));
  const open = chosen === undefined ? (remedies[0] ?? steps[0])?.step : chosen;
  const toggle = (name: string): void => {
    const after = new Set(ticked);
    if (after.delete(name)) {
      setTicked(after);
      return;
    }
    after.add(name);
    setTicked(after);
    const at = steps.findIndex(({ step }) => step === name);
    setChosen([...steps.slice(at), ...steps.slice(0, at)].find(({ step }) => !after.has(step))?.step ?? null);
  };
  return (
    <Panel
      title="Set-up"
      note="What to do at the provider, in this order. Values are pasted letter by letter. Ticks are gone when you leave."
    >
      {error !== null && <ErrorState error={error} onRetry={() => void refetch()} />}
      {isPending && <RowsSkeleton rows={6} height={40} />}
      {steps.length > 0 && (
        <>
          <Text size="sm" className="mg-numbers" mb={4}>
            {ticked.size} of {steps.length} ticked
          </Text>
          <Progress value={(ticked.size / steps.length) * 100} aria-label="Steps ticked" size="sm" />
          <ol className={classes.steps}>
            {steps.map((step) => (
              <SetUpStep
                key={step.step}
                step={step}
                isOpen={step.step === open}
                isTicked={ticked.has(step.step)}
                isRemedy={remedies.includes(step)}
                onOpen={() => setChosen(step.step === open ? null : step.step)}
                onTick={() => toggle(step.step)}
              />
            ))}
          </ol>
        </>
      )}
    </Panel>
  );
}

/** Codes of everything that is known to be the matter. */
function troublesOf({ verdict, examination }: OAuthClient): ReadonlySet<string> {
  const examined = (examination?.steps ?? []).filter(({ result }) => result === 'failed');
  const codes = [verdict?.code, ...examined.map((step) => step.verdict?.code)];
  return new Set(codes.filter((code) => code !== undefined));
}
