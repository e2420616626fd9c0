import type { ReasonCode } from './diagnosis.ts';
import type { Secret } from './secret.ts';

export type ProviderName = 'google' | 'microsoft';

export type OAuthClient = {
  id: string;
  /** Null = shared by the installation. */
  workspaceId: string | null;
  provider: ProviderName;
  name: string;
  /** The `client_id` that the provider gave. */
  clientId: string;
  clientSecret: Secret<string>;
  /** One of the provider's clouds. */
  cloud: string;
  /** Microsoft: `common`, `organizations`, `consumers`, or a directory's id or domain. Null at Google. */
  entraTenant: string | null;
  /** Whether consumer accounts (gmail.com, outlook.com) may be connected. */
  personalAccounts: boolean;
  status: 'active' | 'paused';
  pausedReason: ReasonCode | null;
  pausedAt: number | null;
  createdAt: number;
  updatedAt: number;
  deletedAt: number | null;
};
