// What is known of the endpoint.
import { Code } from '@mantine/core';
import type { WebhookEndpoint } from '../../api/webhook-endpoints.ts';
import { Copyable } from '../../components/copyable.tsx';
import { type Fact, Facts } from '../../components/facts.tsx';
import { Moment } from '../../components/moment.tsx';
import { Panel } from '../../components/panel.tsx';
import { TextLink } from '../../components/text-link.tsx';
import classes from './endpoint-facts.module.css';

export function EndpointFacts({ endpoint }: { endpoint: WebhookEndpoint }) {
  const { event_types: types, connect_session_id: sessionId, previous_secret_until: until } = endpoint;
  const facts: Fact[] = [
    {
      name: 'Events',
      value:
        types === null ? (
          'All'
        ) : (
          <ul className={classes.types}>
            {types.map((type) => (
              <li key={type}>
                <code>{type}</code>
              </li>
            ))}
          </ul>
        ),
    },
    { name: 'Signature', value: endpoint.signature === 'hmac' ? 'Shared secret (v1)' : 'Ed25519 (v1a)' },
    ...(endpoint.public_key === null
      ? []
      : [{ name: 'Public key', value: <Copyable text={endpoint.public_key} /> }]),
    ...(until === null
      ? []
      : [
          {
            name: 'The old secret signs, too',
            value: (
              <>
                until <Moment at={until} form="full" />
              </>
            ),
          },
        ]),
    ...(sessionId === null
      ? []
      : [
          {
            name: 'Only of',
            value: <TextLink href={`/connect-sessions/${sessionId}`}>one connect session</TextLink>,
          },
        ]),
    { name: 'Made', value: <Moment at={endpoint.created_at} form="full" /> },
    { name: 'Changed', value: <Moment at={endpoint.updated_at} /> },
    { name: 'Id', value: <Code>{endpoint.id}</Code> },
  ];
  return (
    <Panel title="Facts">
      <Facts facts={facts} />
    </Panel>
  );
}
