/** Under this the console session is cached; null = nobody is signed in. */
export const sessionKey = ['console-session'] as const;
