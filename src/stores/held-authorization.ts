// What a connect session holds until it is confirmed, as text to be sealed, and back. The tokens in it are in clear in
// that text alone, which never leaves this folder.
import type { HeldAuthorization } from '../core/held-authorization.ts';
import type { IssuedTokens } from '../core/ports.ts';
import { type Secret, secret } from '../core/secret.ts';
import type { HeldText } from './json-columns.ts';

export const textOfHeld = ({
  tokens,
  furtherTokens,
  identity,
  addresses,
}: HeldAuthorization): Secret<string> => {
  const held: HeldText = {
    tokens: revealed(tokens),
    furtherTokens: furtherTokens.map((further) => ({ ...further, tokens: revealed(further.tokens) })),
    identity,
    addresses,
  };
  return secret(JSON.stringify(held));
};

export const heldFromText = ({
  tokens,
  furtherTokens,
  identity,
  addresses,
}: HeldText): HeldAuthorization => ({
  tokens: hidden(tokens),
  furtherTokens: furtherTokens.map((further) => ({ ...further, tokens: hidden(further.tokens) })),
  identity,
  addresses,
});

const revealed = (tokens: IssuedTokens): HeldText['tokens'] => ({
  ...tokens,
  accessToken: tokens.accessToken.reveal(),
  refreshToken: tokens.refreshToken === null ? null : tokens.refreshToken.reveal(),
});

const hidden = (tokens: HeldText['tokens']): IssuedTokens => ({
  ...tokens,
  accessToken: secret(tokens.accessToken),
  refreshToken: tokens.refreshToken === null ? null : secret(tokens.refreshToken),
});
