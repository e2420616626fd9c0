// Scope texts (RFC 6749 section 3.3) as sets of words, compared without regard to case. Knows the OpenID words;
// what the others mean is in google.ts and microsoft.ts.

/** Words that identify the person or ask for a refresh token; no mail server asks for them. */
const identityWords: ReadonlySet<string> = new Set([
  'openid',
  'email',
  'profile',
  'offline_access',
  'https://www.googleapis.com/auth/userinfo.email',
  'https://www.googleapis.com/auth/userinfo.profile',
]);

export const isIdentityScope = (word: string): boolean => identityWords.has(word.toLowerCase());

export const scopeWords = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/** Those of `required` that are no identity words and whose key `granted` lacks. */
export const missingWords = (
  required: readonly string[],
  granted: string,
  keyOf: (word: string) => string,
): string[] => {
  const have = new Set(scopeWords(granted).map(keyOf));
  return required.filter((word) => !isIdentityScope(word) && !have.has(keyOf(word)));
};
