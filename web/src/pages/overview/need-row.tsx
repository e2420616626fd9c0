// One thing that needs somebody: what it is, what is the matter, who must act.
import { IconAlertTriangle, IconKey } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Verdict } from '../../api/mailboxes.ts';
import { StatusBadge } from '../../components/status-badge.tsx';
import { actors } from '../../components/verdict-note.tsx';
import classes from './needs-somebody.module.css';

type Props = { href: string; name: string; kind: string; tone: 'warn' | 'bad'; verdict: Verdict | null };

export function NeedRow({ href, name, kind, tone, verdict }: Props) {
  return (
    <li className={classes.row}>
      <div className={classes.what}>
        <Link href={href} className={classes.name}>
          {name}
        </Link>
        <StatusBadge tone={tone} icon={tone === 'bad' ? IconKey : IconAlertTriangle} label={kind} />
      </div>
      {verdict !== null && (
        <p className={classes.words}>
          {verdict.sentence}{' '}
          <span className={classes.who}>Must act: {lowerFirst(actors[verdict.actor])}.</span>
        </p>
      )}
    </li>
  );
}

const lowerFirst = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1);
