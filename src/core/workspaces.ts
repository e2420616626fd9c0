export type Workspace = { id: string; name: string; createdAt: number };
