// What the provider said, word for word, for whoever has to ask there.
import type { Mailbox } from '../api/mailboxes.ts';
import { Facts } from './facts.tsx';
import classes from './provider-words.module.css';

type Words = NonNullable<Mailbox['provider_words']>;

export function ProviderWords({ words }: { words: Words }) {
  const facts = [
    { name: 'HTTP status', value: words.http_status },
    { name: 'Error', value: [words.error, words.suberror].filter((part) => part !== null).join(' / ') },
    { name: 'Numbers', value: words.error_codes.join(', ') },
    { name: 'Description', value: words.description },
    { name: 'Trace id', value: words.trace_id },
    { name: 'Correlation id', value: words.correlation_id },
  ].filter(({ value }) => value !== null && value !== '');
  if (facts.length === 0) return null;
  return (
    <details className={classes.words}>
      <summary>What the provider said</summary>
      <Facts facts={facts} />
    </details>
  );
}
