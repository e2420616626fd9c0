// One step of the set-up list: its title with a tick, and, when it is open, where, what, and what to paste.
import { Anchor, Checkbox, Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconExternalLink, IconTool } from '@tabler/icons-react';
import { useId } from 'react';
import type { SetUpList } from '../../api/oauth-client.ts';
import { Copyable } from '../../components/copyable.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { WithCode } from '../../components/with-code.tsx';
import classes from './set-up.module.css';

type Props = {
  step: SetUpList['steps'][number];
  isOpen: boolean;
  isTicked: boolean;
  isRemedy: boolean;
  onOpen: () => void;
  onTick: () => void;
};

export function SetUpStep({ step, isOpen, isTicked, isRemedy, onOpen, onTick }: Props) {
  const id = useId();
  return (
    <li className={classes.step} data-remedy={isRemedy}>
      <div className={classes.head}>
        <Checkbox aria-label={`Done: ${step.title}`} checked={isTicked} onChange={onTick} />
        <UnstyledButton
          className={classes.title}
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={onOpen}
        >
          <span>{step.title}</span>
          <IconChevronDown size={16} aria-hidden="true" className={classes.chevron} data-open={isOpen} />
        </UnstyledButton>
      </div>
      {isRemedy && (
        <div className={classes.remedy}>
          <StatusBadge tone="warn" icon={IconTool} label="Mends what is the matter now" />
        </div>
      )}
      {isOpen && (
        <div id={id} className={classes.body}>
          <Text size="xs" c="dimmed">
            <WithCode text={step.where} />
          </Text>
          {step.what.map((sentence) => (
            <Text key={sentence} size="sm">
              <WithCode text={sentence} />
            </Text>
          ))}
          {step.values.map(({ label, value }) => (
            <div key={`${label} ${value}`}>
              <Text size="xs" c="dimmed" mb={2}>
                <WithCode text={label} />
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
      )}
    </li>
  );
}
