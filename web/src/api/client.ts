// The API client of the console: the published one, signed in by the cookie of the session.
import { createClient } from '../../../sdk/src/index.ts';

export type Client = ReturnType<typeof createClient>;

/** `workspaceId` null = the workspace of the key, or the installation itself. */
export const createApi = (workspaceId: string | null): Client =>
  createClient({
    baseUrl: window.location.origin,
    // Says that this page makes the call, and not another site in this browser.
    headers: { 'mailgrant-console': '1' },
    ...(workspaceId === null ? {} : { workspaceId }),
  });
