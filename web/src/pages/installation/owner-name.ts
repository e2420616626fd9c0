// Whose an OAuth client is, in words.
export const ownerName = (workspaceId: string | null, name: string | null): string =>
  workspaceId === null ? 'The installation (shared)' : (name ?? workspaceId);
