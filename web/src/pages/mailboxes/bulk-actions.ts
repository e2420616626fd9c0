// What can be done to many mailboxes at once: the words of each, and what it asks before.
import {
  IconCircleCheck,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlugConnectedX,
  IconUsers,
  type TablerIcon,
} from '@tabler/icons-react';
import type { MailboxJobAction } from '../../api/background-jobs.ts';
import type { ApiKeyScope } from '../../api/session.ts';

export type BulkAction = {
  action: MailboxJobAction;
  label: string;
  icon: TablerIcon;
  scope: ApiKeyScope;
  /** What will happen, told before. */
  explanation: string;
  isDangerous: boolean;
};

export const bulkActions: readonly BulkAction[] = [
  {
    action: 'verify',
    label: 'Verify',
    icon: IconCircleCheck,
    scope: 'mailboxes:update',
    explanation: 'Each is signed in to over every transport, now. Nothing is sent, and nothing else changes.',
    isDangerous: false,
  },
  {
    action: 'enable',
    label: 'Enable',
    icon: IconPlayerPlay,
    scope: 'mailboxes:update',
    explanation: 'Tokens are handed out again, and each mailbox is verified.',
    isDangerous: false,
  },
  {
    action: 'disable',
    label: 'Disable',
    icon: IconPlayerPause,
    scope: 'mailboxes:update',
    explanation:
      'No tokens are handed out until they are enabled again; programs that use them will stop working. The grants are kept alive, so nobody has to reconnect.',
    isDangerous: false,
  },
  {
    action: 'set_customer',
    label: 'Set customer',
    icon: IconUsers,
    scope: 'mailboxes:update',
    explanation: 'They will belong to this customer. Leave it empty to take them from any.',
    isDangerous: false,
  },
  {
    action: 'disconnect',
    label: 'Disconnect',
    icon: IconPlugConnectedX,
    scope: 'mailboxes:delete',
    explanation:
      'Each grant is revoked at its provider where that is possible, and forgotten here. This cannot be taken back: every owner would have to connect anew.',
    isDangerous: true,
  },
];
