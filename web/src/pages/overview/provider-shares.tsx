// How the mailboxes are spread over the providers.
import { Link } from 'wouter';
import type { MailboxSummary } from '../../api/mailbox-summary.ts';
import { numberOf } from '../../components/numbers.ts';
import { Panel } from '../../components/panel.tsx';
import { ProviderName } from '../../components/provider-name.tsx';
import classes from './provider-shares.module.css';

const providers = ['google', 'microsoft'] as const;

export function ProviderShares({ summary: { total, by_provider: byProvider } }: { summary: MailboxSummary }) {
  return (
    <Panel title="By provider">
      <ul className={classes.list}>
        {providers.map((provider) => (
          <li key={provider} className={classes.row}>
            <Link href={`/mailboxes?provider=${provider}`} className={classes.name}>
              <ProviderName provider={provider} />
            </Link>
            <span className={classes.bar} aria-hidden="true">
              <span
                className={classes.fill}
                style={{ width: `${total === 0 ? 0 : (byProvider[provider] / total) * 100}%` }}
              />
            </span>
            <span className="mg-numbers">{numberOf(byProvider[provider])}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
