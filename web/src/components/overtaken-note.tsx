// Tells whoever fills in a form that somebody else has changed the same field meanwhile.
import { Text } from '@mantine/core';

/** `names`: as the fields are called on the page. Nothing when nobody has. */
export function OvertakenNote({ names }: { names: readonly string[] }) {
  return (
    <div role="status">
      {names.length > 0 && (
        <Text size="sm" c="var(--mg-warn-fg)">
          Changed by somebody else meanwhile: {names.join(', ')}. Saving replaces that.
        </Text>
      )}
    </div>
  );
}
