// A state in a word, a colour and a sign; none of the three is needed to tell it from the others.
import type { TablerIcon } from '@tabler/icons-react';
import classes from './status-badge.module.css';

export type Tone = 'ok' | 'info' | 'warn' | 'bad' | 'off';

export function StatusBadge({ tone, icon: Icon, label }: { tone: Tone; icon: TablerIcon; label: string }) {
  return (
    <span className={classes.badge} data-tone={tone}>
      <Icon size={14} stroke={2.25} aria-hidden="true" />
      {label}
    </span>
  );
}
