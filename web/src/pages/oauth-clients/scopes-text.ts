// Scopes as people type them: one a line, or with spaces between.

export const scopesOf = (text: string): string[] => [
  ...new Set(text.split(/\s+/).filter((part) => part !== '')),
];
