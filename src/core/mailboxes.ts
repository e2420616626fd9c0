import type { ProviderName } from './oauth-clients.ts';
import type { Verification } from './verification.ts';

export type Mailbox = {
  id: string;
  workspaceId: string;
  grantId: string;
  provider: ProviderName;
  /** Lower case. */
  email: string;
  name: string;
  /** The workspace's own client, free text; null when none. */
  customer: string | null;
  /** The workspace's own notes. At most 50 pairs. */
  metadata: Record<string, string>;
  disabledAt: number | null;
  verification: Verification | null;
  verifyDueAt: number | null;
  createdAt: number;
  updatedAt: number;
};
