// For a workspace without mailboxes: what to do, in order.
import { Anchor, List, Text } from '@mantine/core';
import { Link } from 'wouter';
import { Panel } from '../../components/panel.tsx';

export function FirstSteps() {
  return (
    <Panel title="First steps" note="No mailbox is connected yet. It takes three steps.">
      <List type="ordered" spacing="sm" size="sm">
        <List.Item>
          <Text span inherit fw={600}>
            An OAuth client.
          </Text>{' '}
          The registration at Google or Microsoft under which owners consent. Use a shared one of this
          installation, or{' '}
          <Anchor component={Link} href="/oauth-clients" inherit underline="always">
            set up your own
          </Anchor>
          .
        </List.Item>
        <List.Item>
          <Text span inherit fw={600}>
            A connect link.
          </Text>{' '}
          <Anchor component={Link} href="/connect" inherit underline="always">
            Make one
          </Anchor>{' '}
          and send it to the mailbox owner, or open it yourself.
        </List.Item>
        <List.Item>
          <Text span inherit fw={600}>
            A token.
          </Text>{' '}
          Your program asks for one by <code>POST /v1/mailboxes/ID/token</code> with an API key.
        </List.Item>
      </List>
    </Panel>
  );
}
