// What became of the grant at the provider when a mailbox was disconnected.
import type { Disconnection } from '../../../../sdk/src/index.ts';

export const disconnectionWords = {
  revoked: 'Disconnected, and the grant was revoked at the provider.',
  failed:
    'Disconnected here. The provider could not be told: the owner can take the grant back in their account.',
  kept: 'Disconnected. The grant stays, because another mailbox uses it.',
  unsupported:
    'Disconnected here. This provider cannot be told: the owner can take the grant back in their account.',
} as const satisfies Record<Disconnection['at_provider'], string>;
