// What signatures are checked with: the shared secret, shown this once, or the public key, which is no secret.
import { Stack, Text } from '@mantine/core';
import { Copyable } from '../../components/copyable.tsx';
import { ShownOnce } from '../../components/shown-once.tsx';

export function EndpointSecret({ secret, publicKey }: { secret: string | null; publicKey: string | null }) {
  if (secret !== null) {
    return (
      <ShownOnce title="Copy it now: it is not shown again" text={secret} copyLabel="Copy secret">
        Your program checks the header <code>webhook-signature</code> with it. Whoever has it can forge
        webhooks.
      </ShownOnce>
    );
  }
  if (publicKey === null) return null;
  return (
    <Stack gap="xs">
      <Text size="sm">
        Your program checks the header <code>webhook-signature</code> with this public key. It is no secret
        and can be read at any time.
      </Text>
      <Copyable text={publicKey} label="Copy key" />
    </Stack>
  );
}
