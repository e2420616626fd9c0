// Mailgrant's tokens for the Gmail API: plain fetch, and the OAuth2Client of google-auth-library that googleapis takes.
import { type AuthorizedFetch, type AuthorizedFetchOptions, authorizedFetch } from './authorized-fetch.ts';
import type { TokenSource } from './token-source.ts';

/** Paths are below the mailbox: `gmail('messages?maxResults=5')`. Make the token source with `resource: 'gmail_api'`. */
export const gmailFetch = (tokens: TokenSource, options?: AuthorizedFetchOptions): AuthorizedFetch =>
  authorizedFetch(tokens, 'gmail_api', options);

/** The part of google-auth-library's OAuth2Client that is used here. */
export type GoogleOAuth2Client = {
  refreshHandler?: (() => Promise<{ access_token: string; expiry_date: number }>) | undefined;
  forceRefreshOnFailure: boolean;
  eagerRefreshThresholdMillis: number;
};

/**
 * Lets an `OAuth2Client` without client id or refresh token get its tokens here:
 * `google.gmail({ version: 'v1', auth: withTokens(new OAuth2Client(), tokens) })`. Gives the same object back.
 */
export function withTokens<Client extends GoogleOAuth2Client>(client: Client, tokens: TokenSource): Client {
  let last: { accessToken: string; endsAt: number } | null = null;
  client.forceRefreshOnFailure = true;
  client.refreshHandler = async () => {
    // The library asks when a token is about to end, or when the API has refused it: then it is asked for early.
    if (last && last.endsAt - Date.now() > client.eagerRefreshThresholdMillis)
      tokens.refused(last.accessToken);
    const { access_token: accessToken, expires_in: expiresIn } = await tokens.token();
    const endsAt = Date.now() + expiresIn * 1000;
    last = { accessToken, endsAt };
    return { access_token: accessToken, expiry_date: endsAt };
  };
  return client;
}
