// The one error type that leaves the core, and the closed table of its codes. A code without a status, a
// title, an explanation and a remedy does not compile; docs/errors/ is generated from this table.

export type ErrorCode =
  | 'invalid_request'
  | 'unauthenticated'
  | 'permission_denied'
  | 'not_found'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'conflict'
  | 'oauth_client_in_use'
  | 'oauth_client_missing'
  | 'oauth_client_paused'
  | 'connect_session_over'
  | 'confirmation_refused'
  | 'mailbox_refused'
  | 'needs_reauthorization'
  | 'mailbox_disabled'
  | 'resource_not_granted'
  | 'provider_unavailable'
  | 'provider_rate_limited'
  | 'provider_answer_unreadable'
  | 'provider_refused'
  | 'refresh_timeout'
  | 'overloaded'
  | 'rate_limited'
  | 'internal_error';

export type ErrorDescription = { status: number; title: string; explanation: string; remedy: string };

export const errorTable = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    explanation: 'A field is missing, unknown, of the wrong type or out of its range. Nothing was changed.',
    remedy: 'Read `fields`: each entry names the field and what is wrong with it.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid API key',
    explanation: 'The API key is missing, mistyped, unknown, expired or revoked.',
    remedy: 'Send `Authorization: Bearer <API key>` with a key that is alive.',
  },
  permission_denied: {
    status: 403,
    title: 'The API key does not allow this',
    explanation: 'The key is valid, but lacks the scope or the workspace that this call needs.',
    remedy:
      'Use a key with the scope named in `detail`; an installation key names its workspace in the header `Mailgrant-Workspace`.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    explanation: 'There is no such route, or no such object in the workspace of this API key.',
    remedy: 'Check the path and the id. Objects of other workspaces are never visible.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    explanation: 'The request body is larger than the limit of 64 KiB.',
    remedy: 'Send less.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    explanation: 'The body is neither JSON nor, where a page posts it, a form.',
    remedy: 'Send `Content-Type: application/json`.',
  },
  conflict: {
    status: 409,
    title: 'Conflict with what is stored',
    explanation: 'The object changed meanwhile, or another one with the same identity exists.',
    remedy: 'Read the object again and decide with what it says now.',
  },
  oauth_client_in_use: {
    status: 409,
    title: 'Mailboxes use this OAuth client',
    explanation:
      'Deleting it, or making it another registration, would leave mailboxes that can never be refreshed again.',
    remedy:
      'Disconnect or reconnect the mailboxes first; or delete it with `?force=true`, and its mailboxes say that they must be reconnected.',
  },
  oauth_client_missing: {
    status: 409,
    title: 'No OAuth client for this provider',
    explanation: 'Neither the workspace nor the installation has an active OAuth client of this provider.',
    remedy: 'Create one with `POST /v1/oauth-clients`.',
  },
  oauth_client_paused: {
    status: 409,
    title: 'The OAuth client is paused',
    explanation:
      'The provider refuses the OAuth client itself (wrong or expired secret, deleted registration). The grants of its mailboxes are untouched.',
    remedy: 'Repair the registration, then update the OAuth client; it is active again at once.',
  },
  connect_session_over: {
    status: 410,
    title: 'The connect session is over',
    explanation: 'It was completed, cancelled, or its ten minutes have passed.',
    remedy: 'Create a new connect session.',
  },
  confirmation_refused: {
    status: 409,
    title: 'The code does not confirm this connect session',
    explanation: 'The code is mistyped, or belongs to another connect session. The session still waits.',
    remedy: 'Send the value of `code` as it came to the return URL, with the id of the same connect session.',
  },
  mailbox_refused: {
    status: 409,
    title: 'The mailbox was not connected',
    explanation:
      'The provider or its mail servers refuse this OAuth client for this address. Nothing was stored. `verdict` says why and who must act.',
    remedy: 'Follow the remedy of the verdict, then send the request again.',
  },
  needs_reauthorization: {
    status: 409,
    title: 'The mailbox must be reconnected',
    explanation:
      'The provider no longer accepts the grant of this mailbox. `verdict` says why and who must act.',
    remedy: 'Create a connect session with this `mailbox_id` and send its link to the mailbox owner.',
  },
  mailbox_disabled: {
    status: 409,
    title: 'The mailbox is disabled',
    explanation: 'Somebody switched this mailbox off; its grant is kept alive.',
    remedy: 'Switch it on with `PATCH /v1/mailboxes/{id}` and `{"disabled": false}`.',
  },
  resource_not_granted: {
    status: 409,
    title: 'The mailbox owner did not grant this resource',
    explanation: 'The grant has no scope for the resource that was asked for.',
    remedy: 'Ask for another resource, or reconnect the mailbox with a profile that includes it.',
  },
  provider_unavailable: {
    status: 503,
    title: 'The provider does not answer',
    explanation:
      'The authorization server timed out, refused the connection or answered 5xx. The grant is untouched.',
    remedy: 'Try again after `Retry-After` seconds.',
  },
  provider_rate_limited: {
    status: 503,
    title: 'The provider limits our rate',
    explanation: 'The authorization server answered 429 or its equivalent. The grant is untouched.',
    remedy: 'Try again after `Retry-After` seconds.',
  },
  provider_answer_unreadable: {
    status: 502,
    title: 'The provider answered something else',
    explanation:
      'The answer is not what the protocol says, for example HTML instead of JSON. The grant is untouched.',
    remedy: 'Check the endpoint table and any proxy between this server and the provider.',
  },
  provider_refused: {
    status: 502,
    title: 'The provider refuses the request',
    explanation:
      'The authorization server refuses to issue a token for a reason that is neither the end of the grant nor the OAuth client. The grant is untouched. `verdict` says why and who must act.',
    remedy:
      'Follow the remedy of the verdict; the next read after `Retry-After` seconds asks the provider again.',
  },
  refresh_timeout: {
    status: 503,
    title: 'The refresh did not finish in time',
    explanation: 'Another process holds the lease on this grant and has not finished.',
    remedy: 'Try again after `Retry-After` seconds.',
  },
  overloaded: {
    status: 503,
    title: 'Too many requests are waiting',
    explanation:
      'A bound on waiting requests is reached, or the database does not answer. Nothing was changed, or it is not known whether it was.',
    remedy: 'Try again after `Retry-After` seconds.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests',
    explanation: 'More requests came from this workspace or address than its limit allows.',
    remedy: 'Try again after `Retry-After` seconds, and more slowly.',
  },
  internal_error: {
    status: 500,
    title: 'Internal error',
    explanation: 'A mistake of this server. The log has the cause under the request id.',
    remedy: 'Report it with the request id.',
  },
} as const satisfies Record<ErrorCode, ErrorDescription>;

/** One bad field: a JSON Pointer into the body, or a parameter's name, and what is wrong with it. */
export type FieldError = { field: string; message: string };

/** Further members of the problem document (RFC 9457 section 3.2). Never holds a secret. */
export type ErrorExtras = {
  fields?: FieldError[];
  retryAfterSeconds?: number;
  verdict?: unknown;
  provider?: unknown;
  mailboxId?: string;
  oauthClientId?: string;
  reconnectUrl?: string;
};

export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly extras: ErrorExtras;

  /** `detail` is shown to the caller; `cause` goes to the log only. */
  constructor(code: ErrorCode, detail: string, options: { cause?: unknown; extras?: ErrorExtras } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.extras = options.extras ?? {};
  }

  get status(): number {
    return errorTable[this.code].status;
  }
}

/** For whoever comes with a link that leads nowhere any more. */
export const linkOver = (): GatewayError =>
  new GatewayError('connect_session_over', 'This link was used, cancelled, or is too old.');

/** One field that is not valid. */
export const invalidField = (field: string, message: string): GatewayError =>
  new GatewayError('invalid_request', 'A field is not valid.', { extras: { fields: [{ field, message }] } });

/** `owner`: the workspace in which it was looked for; null = the installation, whose keys name none. */
export const notFound = (what: string, owner?: string | null): GatewayError =>
  new GatewayError('not_found', `There is no such ${what}${owner === null ? '' : ' in this workspace'}.`);
