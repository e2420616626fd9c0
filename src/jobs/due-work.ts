// Which work falls due by itself, and how often a process looks for it.
import type { Core } from '../core/index.ts';
import type { Work } from './loop.ts';

/** What each process does for itself, also one that leaves the due work to others. */
export const ownWork = ({ tokenUses, resealing }: Core): Work[] => [
  { name: 'tell-of-keys', pauseSeconds: 30, work: resealing.noteHolder },
  { name: 'record-token-reads', pauseSeconds: 10, work: tokenUses.flush },
];

export const dueWork = ({
  maintenance,
  retention,
  resealing,
  dueRefreshes,
  grantEndings,
  tokenUses,
  workspaceDeletion,
  backgroundJobs,
  limits,
  consoleSessions,
  breakers,
  installation,
  webhooks,
}: Core): Work[] => [
  { name: 'refresh-due-grants', pauseSeconds: 20, work: dueRefreshes.refreshDueGrants },
  { name: 'mend-due-times', pauseSeconds: 1800, work: dueRefreshes.mendDueTimes },
  { name: 'prune-token-reads', pauseSeconds: 600, work: tokenUses.prune },
  { name: 'verify-due-mailboxes', pauseSeconds: 30, work: maintenance.verifyDueMailboxes },
  { name: 'warn-of-expiring-credentials', pauseSeconds: 3600, work: maintenance.warnOfExpiring },
  { name: 'warn-of-ending-grants', pauseSeconds: 3600, work: grantEndings.warnOfEnding },
  { name: 'prune-connect-sessions', pauseSeconds: 600, work: retention.pruneConnectSessions },
  { name: 'prune-audit-entries', pauseSeconds: 3600, work: retention.pruneAuditEntries },
  { name: 'reseal', pauseSeconds: 5, work: resealing.workDue },
  { name: 'prune-events', pauseSeconds: 3600, work: retention.pruneEvents },
  { name: 'delete-leaving-workspaces', pauseSeconds: 15, work: workspaceDeletion.deleteLeaving },
  { name: 'prune-changes', pauseSeconds: 120, work: maintenance.pruneChanges },
  { name: 'background-jobs', pauseSeconds: 2, work: backgroundJobs.workDue },
  { name: 'prune-background-jobs', pauseSeconds: 600, work: backgroundJobs.prune },
  { name: 'prune-console-sessions', pauseSeconds: 3600, work: consoleSessions.prune },
  { name: 'prune-limits', pauseSeconds: 600, work: limits.prune },
  { name: 'count-installation', pauseSeconds: 60, work: installation.countDue },
  { name: 'tell-events', pauseSeconds: 1, work: webhooks.tellPending, wakenBy: webhooks.eventsRaised },
  { name: 'deliver-webhooks', pauseSeconds: 1, work: webhooks.deliverDue, wakenBy: webhooks.deliveriesDue },
  { name: 'prune-webhooks', pauseSeconds: 600, work: webhooks.prune },
  { name: 'prune-breakers', pauseSeconds: 3600, work: breakers.prune },
];
