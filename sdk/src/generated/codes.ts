// Generated from docs/openapi.json by `npm run generate`; not to be changed by hand.
import type { Problem } from './types.ts';

/** Every code that the server may send. */
export const serverErrorCodes = {
  invalid_request: true,
  unauthenticated: true,
  permission_denied: true,
  not_found: true,
  body_too_large: true,
  unsupported_media_type: true,
  conflict: true,
  oauth_client_in_use: true,
  oauth_client_missing: true,
  oauth_client_paused: true,
  connect_session_over: true,
  confirmation_refused: true,
  mailbox_refused: true,
  needs_reauthorization: true,
  mailbox_disabled: true,
  resource_not_granted: true,
  provider_unavailable: true,
  provider_rate_limited: true,
  provider_answer_unreadable: true,
  provider_refused: true,
  refresh_timeout: true,
  overloaded: true,
  rate_limited: true,
  internal_error: true,
} as const satisfies Record<Problem['code'], true>;
