// A verdict of the API: what is the matter, what to do, who must act. Its words are the API's; only the names of those
// who act are written here.
import { Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconHourglass, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Verdict } from '../api/mailboxes.ts';
import classes from './verdict-note.module.css';

export const actors = {
  mailbox_owner: 'The mailbox owner',
  mail_administrator: 'The administrator of the mail domain',
  workspace: 'You, in this workspace',
  operator: 'Whoever runs this installation',
  nobody: 'Nobody',
} as const satisfies Record<Verdict['actor'], string>;

type VerdictTone = 'ok' | 'info' | 'warn' | 'bad';
const icons = { ok: IconCircleCheck, info: IconInfoCircle, warn: IconAlertTriangle, bad: IconAlertTriangle };

type Props = { verdict: Verdict; tone: VerdictTone; children?: ReactNode };

export function VerdictNote({ verdict, tone, children }: Props) {
  const Icon = verdict.heals_itself && tone !== 'ok' ? IconHourglass : icons[tone];
  return (
    <div className={classes.note} data-tone={tone}>
      <Icon size={20} className={classes.icon} aria-hidden="true" />
      <div className={classes.words}>
        <Text fw={600}>{verdict.sentence}</Text>
        {verdict.remedy !== '' && <Text size="sm">{verdict.remedy}</Text>}
        {tone !== 'ok' && (
          <dl className={classes.facts}>
            <div>
              <dt>Who must act</dt>
              <dd>{actors[verdict.actor]}</dd>
            </div>
            {verdict.heals_itself && (
              <div>
                <dt>Tried again</dt>
                <dd>By itself</dd>
              </div>
            )}
            <div>
              <dt>Reason</dt>
              <dd>
                <code>{verdict.code}</code>
              </dd>
            </div>
          </dl>
        )}
        {children}
      </div>
    </div>
  );
}
