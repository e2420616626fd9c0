// What each type of event means, in words.
import type { Tone } from './status-badge.tsx';

type Words = { words: string; tone: Tone };

const known: Record<string, Words> = {
  'mailbox.connected': { words: 'Connected', tone: 'ok' },
  'mailbox.reconnected': { words: 'Reconnected', tone: 'ok' },
  'mailbox.verified': { words: 'Verified: everything works', tone: 'ok' },
  'mailbox.degraded': { words: 'Degraded: a transport does not work', tone: 'warn' },
  'mailbox.needs_reauthorization': { words: 'Needs reauthorization', tone: 'bad' },
  'mailbox.disabled': { words: 'Disabled', tone: 'off' },
  'mailbox.enabled': { words: 'Enabled', tone: 'info' },
  'mailbox.disconnected': { words: 'Disconnected', tone: 'off' },
  'mailbox.scopes_lost': { words: 'The provider gives fewer scopes', tone: 'warn' },
  'mailbox.grant_ending': { words: 'The grant ends soon', tone: 'warn' },
  'connect_session.failed': { words: 'Connecting failed', tone: 'bad' },
  'connect_session.waiting_for_admin': { words: 'Waits for an administrator', tone: 'warn' },
  'connect_session.admin_consented': { words: 'An administrator has approved', tone: 'ok' },
  'connect_session.waiting_for_confirmation': { words: 'Waits for confirmation', tone: 'warn' },
  'oauth_client.paused': { words: 'Paused', tone: 'bad' },
  'oauth_client.resumed': { words: 'Active again', tone: 'ok' },
  'oauth_client.credential_expiring': { words: 'A credential expires soon', tone: 'warn' },
  'oauth_client.credential_rotated': { words: 'The next credential took over', tone: 'info' },
  'oauth_client.deleted': { words: 'Deleted', tone: 'off' },
  'workspace.deleted': { words: 'Workspace deleted', tone: 'off' },
};

/** A type that this console does not know yet is told as it is. */
export const eventWords = (type: string): Words => known[type] ?? { words: type, tone: 'off' };
