// Generated from docs/openapi.json by `npm run generate`; not to be changed by hand.

/** Why something does not work, and who must act. */
export type Verdict = {
  /** Reason code, see docs/verdicts.md. */
  code: string;
  /** What is the matter, for people. */
  sentence: string;
  /** What to do about it, for people. */
  remedy: string;
  /** Who can make it go away; `nobody` = wait. */
  actor: 'mailbox_owner' | 'mail_administrator' | 'workspace' | 'operator' | 'nobody';
  /** True when it is tried again without anybody doing anything. */
  heals_itself: boolean;
};

/** A problem document (RFC 9457). */
export type Problem = {
  /** The docs page of the code. */
  type: string;
  title: string;
  status: number;
  /** For people; may change. */
  detail: string;
  /** Decide by this. */
  code:
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
  /** Also in the header `X-Request-Id` and in the log. */
  request_id: string;
  fields?: {
    /** JSON Pointer into the body, or the name of a parameter. */
    field: string;
    message: string;
  }[];
  verdict?: Verdict;
  /** The mailbox that the problem is about. */
  mailbox_id?: string;
  /** The OAuth client that the problem is about. */
  oauth_client_id?: string;
  /** For the mailbox owner. */
  reconnect_url?: string;
  /** As the header `Retry-After`. */
  retry_after_seconds?: number;
  /** The provider's words. */
  provider?: Record<string, unknown>;
};

/** A browser that is signed in to the console. */
export type ConsoleSession = {
  /** Id of the API key by whose rights the console acts. */
  key_id: string;
  /** Its name. */
  key_name: string;
  /** Who signed in by OpenID Connect; null for whoever has a key. */
  person: string | null;
  /** The key's workspace; null for a key of the installation, which names one by header. */
  workspace_id: string | null;
  /** True for a key that may act in any workspace. */
  is_installation: boolean;
  scopes: (
    | 'workspaces:manage'
    | 'api_keys:read'
    | 'api_keys:create'
    | 'api_keys:delete'
    | 'oauth_clients:read'
    | 'oauth_clients:create'
    | 'oauth_clients:update'
    | 'oauth_clients:delete'
    | 'connect_sessions:read'
    | 'connect_sessions:create'
    | 'mailboxes:read'
    | 'mailboxes:update'
    | 'mailboxes:delete'
    | 'tokens:read'
    | 'events:read'
    | 'webhooks:read'
    | 'webhooks:create'
    | 'webhooks:update'
    | 'webhooks:delete'
    | 'audit:read'
    | 'people:read'
    | 'people:delete'
    | 'installation:read'
    | 'installation:update'
    | 'settings:update'
    | 'mailboxes:create'
    | 'accounts:read'
    | 'accounts:create'
    | 'accounts:update'
    | 'accounts:delete'
    | 'all'
  )[];
  /** When it ends at the latest; sooner if nobody uses it. */
  expires_at: string;
};

/** How one may sign in to the console, beside an API key. */
export type ConsoleSignInOptions = {
  /** Sign-in by OpenID Connect; null when it is not set up. */
  oidc: {
    /** What the button says. */
    label: string;
    /** Where it leads. */
    url: string;
  } | null;
};

/** The caller. */
export type Whoami = {
  /** Id of the API key. */
  key_id: string;
  /** True for a key that may act in any workspace. */
  is_installation_key: boolean;
  /** Where this call acts; null for an installation key that named none. */
  workspace_id: string | null;
  scopes: (
    | 'workspaces:manage'
    | 'api_keys:read'
    | 'api_keys:create'
    | 'api_keys:delete'
    | 'oauth_clients:read'
    | 'oauth_clients:create'
    | 'oauth_clients:update'
    | 'oauth_clients:delete'
    | 'connect_sessions:read'
    | 'connect_sessions:create'
    | 'mailboxes:read'
    | 'mailboxes:update'
    | 'mailboxes:delete'
    | 'tokens:read'
    | 'events:read'
    | 'webhooks:read'
    | 'webhooks:create'
    | 'webhooks:update'
    | 'webhooks:delete'
    | 'audit:read'
    | 'people:read'
    | 'people:delete'
    | 'installation:read'
    | 'installation:update'
    | 'settings:update'
    | 'mailboxes:create'
    | 'accounts:read'
    | 'accounts:create'
    | 'accounts:update'
    | 'accounts:delete'
    | 'all'
  )[];
};

/** The unit of isolation. */
export type Workspace = {
  /** Id of the workspace. */
  id: string;
  /** Shown to mailbox owners when they connect. */
  name: string;
  /** When it was made. */
  created_at: string;
};

/** A key, without its text. */
export type ApiKey = {
  /** Id of the key. */
  id: string;
  /** The workspace of the key; null = a key of the installation. */
  workspace_id: string | null;
  /** What the key is for. */
  name: string;
  /** The last characters of the key, to tell keys apart. */
  last_four: string;
  scopes: (
    | 'workspaces:manage'
    | 'api_keys:read'
    | 'api_keys:create'
    | 'api_keys:delete'
    | 'oauth_clients:read'
    | 'oauth_clients:create'
    | 'oauth_clients:update'
    | 'oauth_clients:delete'
    | 'connect_sessions:read'
    | 'connect_sessions:create'
    | 'mailboxes:read'
    | 'mailboxes:update'
    | 'mailboxes:delete'
    | 'tokens:read'
    | 'events:read'
    | 'webhooks:read'
    | 'webhooks:create'
    | 'webhooks:update'
    | 'webhooks:delete'
    | 'audit:read'
    | 'people:read'
    | 'people:delete'
    | 'installation:read'
    | 'installation:update'
    | 'settings:update'
    | 'mailboxes:create'
    | 'accounts:read'
    | 'accounts:create'
    | 'accounts:update'
    | 'accounts:delete'
    | 'all'
  )[];
  /** After this the key is refused; null = never. */
  expires_at: string | null;
  /** When it was made. */
  created_at: string;
  /** Since when it is refused. */
  revoked_at: string | null;
};

/** A key with its text. */
export type NewApiKey = {
  /** Id of the key. */
  id: string;
  /** The workspace of the key; null = a key of the installation. */
  workspace_id: string | null;
  /** What the key is for. */
  name: string;
  /** The last characters of the key, to tell keys apart. */
  last_four: string;
  scopes: (
    | 'workspaces:manage'
    | 'api_keys:read'
    | 'api_keys:create'
    | 'api_keys:delete'
    | 'oauth_clients:read'
    | 'oauth_clients:create'
    | 'oauth_clients:update'
    | 'oauth_clients:delete'
    | 'connect_sessions:read'
    | 'connect_sessions:create'
    | 'mailboxes:read'
    | 'mailboxes:update'
    | 'mailboxes:delete'
    | 'tokens:read'
    | 'events:read'
    | 'webhooks:read'
    | 'webhooks:create'
    | 'webhooks:update'
    | 'webhooks:delete'
    | 'audit:read'
    | 'people:read'
    | 'people:delete'
    | 'installation:read'
    | 'installation:update'
    | 'settings:update'
    | 'mailboxes:create'
    | 'accounts:read'
    | 'accounts:create'
    | 'accounts:update'
    | 'accounts:delete'
    | 'all'
  )[];
  /** After this the key is refused; null = never. */
  expires_at: string | null;
  /** When it was made. */
  created_at: string;
  /** Since when it is refused. */
  revoked_at: string | null;
  /** The key. It is shown this once. */
  key: string;
};

/** What to do in a provider's console for one OAuth client. */
export type SetUpList = {
  /** The OAuth client that it is for. */
  oauth_client_id: string | null;
  /** Whose console it leads through. */
  provider: 'google' | 'microsoft';
  /** `authorization_code` = each mailbox owner consents; `jwt_bearer` = a Google service account that acts for a domain; `client_credentials` = an Entra application with permissions of its own. */
  grant_type: 'authorization_code' | 'jwt_bearer' | 'client_credentials';
  /** In the order in which they are done. */
  steps: {
    /** Stable name of the step. */
    step: string;
    title: string;
    /** The place in the provider's console. */
    where: string;
    /** What to do there, in sentences. */
    what: string[];
    values: {
      label: string;
      /** To be pasted letter by letter. */
      value: string;
    }[];
    /** The console's page; null = there is none. */
    url: string | null;
    /** Codes of the verdicts that this step repairs. */
    remedy_for: string[];
  }[];
};

/** What can be tried of a registration without a person. */
export type Examination = {
  /** When it was tried. */
  examined_at: string;
  /** In the order in which they are best repaired. */
  steps: {
    /** What was tried. */
    subject:
      | 'directory'
      | 'client_id'
      | 'credential'
      | 'redirect_uri'
      | 'delegation'
      | 'expiry'
      | 'next_credential'
      | 'mailbox';
    /** `unknown` = only a person who signs in can tell. */
    result: 'passed' | 'failed' | 'unknown';
    verdict: Verdict | null;
    /** The provider's own words. */
    provider: {
      http_status: number | null;
      /** OAuth's `error`. */
      error: string | null;
      suberror: string | null;
      description: string | null;
      /** Entra's AADSTS numbers. */
      error_codes: number[];
      trace_id: string | null;
      correlation_id: string | null;
    } | null;
  }[];
};

/** A mailbox that was connected before a scope was added to its OAuth client. */
export type LackingMailbox = {
  /** The mailbox. */
  mailbox_id: string;
  /** Its address. */
  email: string;
  /** What its owner has not granted yet. */
  lacking_scopes: string[];
  /** For the mailbox owner. */
  reconnect_url: string;
};

/** A credential of an OAuth client, without its text. */
export type Credential = {
  /** `secret` = a client secret, `certificate` = PEM of a private key (PKCS #8) and its certificate, `service_account_key` = the JSON key file of a Google service account. */
  kind: 'secret' | 'certificate' | 'service_account_key';
  /** `here` = sealed in the database, `reference` = by the operator, outside of it. */
  held: 'here' | 'reference';
  /** The name that the operator gave it; null for others than the owner. */
  reference: string | null;
  /** When the provider stops taking it; null = never, or unknown. A certificate says so itself. */
  expires_at: string | null;
  /** When it was entered. */
  added_at: string;
};

/** A registration at a provider, without its secret. */
export type OAuthClient = {
  /** Id of the OAuth client. */
  id: string;
  /** True when it belongs to the installation and every workspace uses it. */
  is_shared: boolean;
  /** Where it is registered. */
  provider: 'google' | 'microsoft';
  /** For people. */
  name: string;
  /** `authorization_code` = each mailbox owner consents; `jwt_bearer` = a Google service account that acts for a domain; `client_credentials` = an Entra application with permissions of its own. */
  grant_type: 'authorization_code' | 'jwt_bearer' | 'client_credentials';
  /** The registration's `client_id`. */
  client_id: string;
  credential: Credential;
  next_credential: Credential | null;
  /** One of the provider's clouds. */
  cloud: string;
  /** Microsoft: `common`, `organizations`, `consumers`, a directory id or its domain. Null at Google. */
  entra_tenant: string | null;
  /** Whether consumer accounts (gmail.com, outlook.com) may be connected. */
  personal_accounts: boolean;
  /** Asked for besides those that mail needs, so that its tokens can do more. Mailboxes that were connected before lack them until they are reconnected. */
  extra_scopes: string[];
  /** Whether the workspace's customers are offered it on their connect page. */
  customers_may_use: boolean;
  /** Enter this at the provider, letter by letter. */
  redirect_uri: string;
  /** `paused` = the provider refuses the registration. */
  status: 'active' | 'paused';
  verdict: Verdict | null;
  /** Since when it is paused. */
  paused_at: string | null;
  /** The provider's own words. */
  provider_words: {
    http_status: number | null;
    /** OAuth's `error`. */
    error: string | null;
    suberror: string | null;
    description: string | null;
    /** Entra's AADSTS numbers. */
    error_codes: number[];
    trace_id: string | null;
    correlation_id: string | null;
  } | null;
  examination: Examination | null;
  /** When it was made. */
  created_at: string;
  /** When it was changed last. */
  updated_at: string;
};

/** What a deleted OAuth client leaves behind. */
export type Removal = {
  /** How many mailboxes must be reconnected. */
  mailboxes: number;
  fallback_oauth_client: OAuthClient | null;
  /** Lists the mailboxes, each with its reason and a reconnect link for its owner. */
  must_reconnect_url: string;
};

/** An invitation to connect one mailbox. */
export type ConnectSession = {
  /** Id of the session. */
  id: string;
  /** `connected`, `failed`, `cancelled` and `expired` are final. The others wait: `pending` for the first try, `waiting_for_admin` for an administrator, `insufficient_scope`, `wrong_mailbox` and `declined` for another try, `waiting_for_confirmation` for your backend. */
  status:
    | 'pending'
    | 'waiting_for_admin'
    | 'insufficient_scope'
    | 'wrong_mailbox'
    | 'declined'
    | 'waiting_for_confirmation'
    | 'connected'
    | 'failed'
    | 'cancelled'
    | 'expired';
  /** Where the mailbox owner signs in. */
  provider: 'google' | 'microsoft';
  /** `full` = IMAP and SMTP, `api` = Gmail API or Microsoft Graph, `send_only` = nothing but sending (SMTP at Microsoft, Gmail API at Google). */
  profile: 'full' | 'api' | 'send_only';
  /** The OAuth client that is used. */
  oauth_client_id: string;
  /** The only address that is accepted; null = any. */
  expected_email: string | null;
  /** Microsoft: a mailbox without a sign-in of its own, opened by whoever signs in. */
  shared_mailbox: string | null;
  /** The workspace's own client this mailbox belongs to. */
  customer: string | null;
  /** Refuse consumer accounts; only mailboxes of an organisation may be connected. */
  managed_accounts_only: boolean;
  /** Refuse a mailbox that another workspace has connected. */
  exclusive: boolean;
  /** `result_page` = our page tells how it ended. `redirect` = the browser goes to `return_url` when the mailbox is connected. `confirm` = it goes there with a one-time `code`, and nothing is connected before your backend has sent the code to `/confirm`. Omit for `redirect` with a `return_url`, `result_page` without one. */
  completion: 'result_page' | 'redirect' | 'confirm';
  /** Where the browser goes; must be among the workspace's return URLs. */
  return_url: string | null;
  /** Whether a person may try again after a setback (an unticked box, the wrong account, cancel, an administrator who must approve). False = the first one ends the session. */
  is_retryable: boolean;
  /** The connected mailbox, or the one to reconnect; null = none yet. */
  mailbox_id: string | null;
  /** The connected address. */
  email: string | null;
  /** Name of the connected account. */
  name: string | null;
  /** True when the mailbox was known before. */
  is_reconnected: boolean;
  /** What the last try came to; null = there was none, or the session is over. */
  setback: {
    /** As the status of the session. */
    status:
      | 'waiting_for_admin'
      | 'insufficient_scope'
      | 'wrong_mailbox'
      | 'declined'
      | 'waiting_for_confirmation';
    /** When it came to this. */
    at: string;
    verdict: Verdict | null;
    /** What was left unticked. */
    missing_scopes: string[];
    /** The provider's own words. */
    provider: {
      http_status: number | null;
      /** OAuth's `error`. */
      error: string | null;
      suberror: string | null;
      description: string | null;
      /** Entra's AADSTS numbers. */
      error_codes: number[];
      trace_id: string | null;
      correlation_id: string | null;
    } | null;
  } | null;
  /** For the administrator of the organisation, who approves for everybody; null where the provider has no such page, and when the session is over. */
  admin_consent_url: string | null;
  /** When an administrator approved, as the provider's page said: worth another try. */
  admin_consented_at: string | null;
  /** Why nothing was connected. */
  error: {
    /** Reason code, see docs/verdicts.md. */
    code: string;
    /** What is the matter, for people. */
    sentence: string;
    /** What to do about it, for people. */
    remedy: string;
    /** Who can make it go away; `nobody` = wait. */
    actor: 'mailbox_owner' | 'mail_administrator' | 'workspace' | 'operator' | 'nobody';
    /** True when it is tried again without anybody doing anything. */
    heals_itself: boolean;
    /** What was left unticked. */
    missing_scopes: string[];
    /** The provider's own words. */
    provider: {
      http_status: number | null;
      /** OAuth's `error`. */
      error: string | null;
      suberror: string | null;
      description: string | null;
      /** Entra's AADSTS numbers. */
      error_codes: number[];
      trace_id: string | null;
      correlation_id: string | null;
    } | null;
  } | null;
  /** When it was made. */
  created_at: string;
  /** When its link ends. */
  expires_at: string;
  /** When it was over. */
  finished_at: string | null;
};

/** A connect session with its link. */
export type NewConnectSession = {
  /** Id of the session. */
  id: string;
  /** `connected`, `failed`, `cancelled` and `expired` are final. The others wait: `pending` for the first try, `waiting_for_admin` for an administrator, `insufficient_scope`, `wrong_mailbox` and `declined` for another try, `waiting_for_confirmation` for your backend. */
  status:
    | 'pending'
    | 'waiting_for_admin'
    | 'insufficient_scope'
    | 'wrong_mailbox'
    | 'declined'
    | 'waiting_for_confirmation'
    | 'connected'
    | 'failed'
    | 'cancelled'
    | 'expired';
  /** Where the mailbox owner signs in. */
  provider: 'google' | 'microsoft';
  /** `full` = IMAP and SMTP, `api` = Gmail API or Microsoft Graph, `send_only` = nothing but sending (SMTP at Microsoft, Gmail API at Google). */
  profile: 'full' | 'api' | 'send_only';
  /** The OAuth client that is used. */
  oauth_client_id: string;
  /** The only address that is accepted; null = any. */
  expected_email: string | null;
  /** Microsoft: a mailbox without a sign-in of its own, opened by whoever signs in. */
  shared_mailbox: string | null;
  /** The workspace's own client this mailbox belongs to. */
  customer: string | null;
  /** Refuse consumer accounts; only mailboxes of an organisation may be connected. */
  managed_accounts_only: boolean;
  /** Refuse a mailbox that another workspace has connected. */
  exclusive: boolean;
  /** `result_page` = our page tells how it ended. `redirect` = the browser goes to `return_url` when the mailbox is connected. `confirm` = it goes there with a one-time `code`, and nothing is connected before your backend has sent the code to `/confirm`. Omit for `redirect` with a `return_url`, `result_page` without one. */
  completion: 'result_page' | 'redirect' | 'confirm';
  /** Where the browser goes; must be among the workspace's return URLs. */
  return_url: string | null;
  /** Whether a person may try again after a setback (an unticked box, the wrong account, cancel, an administrator who must approve). False = the first one ends the session. */
  is_retryable: boolean;
  /** The connected mailbox, or the one to reconnect; null = none yet. */
  mailbox_id: string | null;
  /** The connected address. */
  email: string | null;
  /** Name of the connected account. */
  name: string | null;
  /** True when the mailbox was known before. */
  is_reconnected: boolean;
  /** What the last try came to; null = there was none, or the session is over. */
  setback: {
    /** As the status of the session. */
    status:
      | 'waiting_for_admin'
      | 'insufficient_scope'
      | 'wrong_mailbox'
      | 'declined'
      | 'waiting_for_confirmation';
    /** When it came to this. */
    at: string;
    verdict: Verdict | null;
    /** What was left unticked. */
    missing_scopes: string[];
    /** The provider's own words. */
    provider: {
      http_status: number | null;
      /** OAuth's `error`. */
      error: string | null;
      suberror: string | null;
      description: string | null;
      /** Entra's AADSTS numbers. */
      error_codes: number[];
      trace_id: string | null;
      correlation_id: string | null;
    } | null;
  } | null;
  /** For the administrator of the organisation, who approves for everybody; null where the provider has no such page, and when the session is over. */
  admin_consent_url: string | null;
  /** When an administrator approved, as the provider's page said: worth another try. */
  admin_consented_at: string | null;
  /** Why nothing was connected. */
  error: {
    /** Reason code, see docs/verdicts.md. */
    code: string;
    /** What is the matter, for people. */
    sentence: string;
    /** What to do about it, for people. */
    remedy: string;
    /** Who can make it go away; `nobody` = wait. */
    actor: 'mailbox_owner' | 'mail_administrator' | 'workspace' | 'operator' | 'nobody';
    /** True when it is tried again without anybody doing anything. */
    heals_itself: boolean;
    /** What was left unticked. */
    missing_scopes: string[];
    /** The provider's own words. */
    provider: {
      http_status: number | null;
      /** OAuth's `error`. */
      error: string | null;
      suberror: string | null;
      description: string | null;
      /** Entra's AADSTS numbers. */
      error_codes: number[];
      trace_id: string | null;
      correlation_id: string | null;
    } | null;
  } | null;
  /** When it was made. */
  created_at: string;
  /** When its link ends. */
  expires_at: string;
  /** When it was over. */
  finished_at: string | null;
  /** For the mailbox owner. It is shown this once. */
  url: string;
  /** Null without `webhook_url`. */
  webhook: {
    /** Id of the endpoint that was made for `webhook_url`. */
    endpoint_id: string;
    /** What its webhooks are signed with. It is shown this once. */
    secret: string;
  } | null;
};

/** A connect page for one customer. */
export type CustomerLink = {
  /** For the customer. Whoever has it can use it. */
  url: string;
  /** When it ends. */
  expires_at: string;
};

/** One of the workspace's own clients. */
export type Customer = {
  /** As the mailboxes have it in `customer`. */
  name: string;
  /** How many have it. */
  mailboxes: number;
};

/** A connected mailbox. */
export type Mailbox = {
  /** Id of the mailbox; a reconnect keeps it. */
  id: string;
  /** Lower case. */
  email: string;
  /** Whose sign-in opens this shared mailbox; null for a mailbox with a sign-in of its own. */
  delegate_email: string | null;
  /** Further addresses of the account, as far as the provider names them. */
  aliases: string[];
  /** For people; taken from the account at first. */
  name: string;
  /** Who hosts it. */
  provider: 'google' | 'microsoft';
  /** The workspace's own client this mailbox belongs to. */
  customer: string | null;
  /** The workspace's own notes: at most 50 pairs of texts. */
  metadata: Record<string, string>;
  /** `degraded` = a transport does not work, `needs_reauthorization` = the owner must reconnect. */
  status: 'verifying' | 'connected' | 'degraded' | 'needs_reauthorization' | 'disabled';
  verdict: Verdict | null;
  /** The provider's own words. */
  provider_words: {
    http_status: number | null;
    /** OAuth's `error`. */
    error: string | null;
    suberror: string | null;
    description: string | null;
    /** Entra's AADSTS numbers. */
    error_codes: number[];
    trace_id: string | null;
    correlation_id: string | null;
  } | null;
  /** The last proof over each transport. */
  verification: {
    /** When it was proved last. */
    verified_at: string;
    results: {
      /** What was tried. */
      transport: 'imap' | 'smtp' | 'gmail_api' | 'graph';
      ok: boolean;
      /** Reason code, see docs/verdicts.md. */
      code: string;
      /** What is the matter, for people. */
      sentence: string;
      /** What to do about it, for people. */
      remedy: string;
      /** Who can make it go away; `nobody` = wait. */
      actor: 'mailbox_owner' | 'mail_administrator' | 'workspace' | 'operator' | 'nobody';
      /** True when it is tried again without anybody doing anything. */
      heals_itself: boolean;
      /** What the server said. */
      detail: string | null;
      /** Milliseconds. */
      duration_ms: number;
    }[];
  } | null;
  /** The OAuth client that it was connected with. */
  oauth_client_id: string;
  /** What the owner granted. */
  scopes: string[];
  /** Of `scopes`, what the provider has stopped giving since. */
  lost_scopes: string[];
  /** When what the owner allowed ends if nothing renews it; null when it does not end, or is over. Renewing puts the end off, except one that the provider has set. */
  grant_ends_at: string | null;
  grant_warning: Verdict | null;
  /** For the mailbox owner; only when the status is `needs_reauthorization`, scopes were lost, or there is a `grant_warning`. */
  reconnect_url: string | null;
  /** When it was connected first. */
  created_at: string;
  /** When it was changed last. */
  updated_at: string;
};

/** What became of the grant. */
export type Disconnection = {
  /** Id that the mailbox had. */
  id: string;
  /** `revoked` there too; `failed`: it stays valid there; `kept`: another mailbox uses it; `unsupported`: the provider has no way to revoke it. */
  at_provider: 'revoked' | 'failed' | 'kept' | 'unsupported';
};

/** How many mailboxes there are. */
export type MailboxSummary = {
  /** All that the filter lets through. */
  total: number;
  /** The same by status. */
  by_status: {
    verifying: number;
    connected: number;
    degraded: number;
    needs_reauthorization: number;
    disabled: number;
  };
  /** The same by provider. */
  by_provider: {
    google: number;
    microsoft: number;
  };
};

/** What was done so far to forget a person; null for other jobs. It names nobody. */
export type Erasure = {
  mailboxes: {
    /** A mailbox that was disconnected. */
    mailbox_id: string;
    /** `failed` = the grant is still good at the provider; `kept` = somebody else lives by it; `unsupported` = the provider has no way; `unknown` = a try that was cut off did it, and what it came to is lost. */
    at_provider: 'revoked' | 'failed' | 'kept' | 'unsupported' | 'unknown';
  }[];
  /** Rows that are gone, by table, beside those of the mailboxes. */
  removed: Record<string, number>;
  /** Rows in which the person was replaced, by table. */
  rewritten: Record<string, number>;
};

/** Work over many mailboxes. */
export type BackgroundJob = {
  /** Id of the job. */
  id: string;
  /** What it does. `update_warmup` is begun through the API that speaks Instantly, `erase_person` by `/v1/people/erase`. */
  action: 'verify' | 'enable' | 'disable' | 'disconnect' | 'set_customer' | 'update_warmup' | 'erase_person';
  /** `succeeded` = it came to its end; what could not be done is in `failures`. `failed` = it could not go on. */
  status: 'pending' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  /** Mailboxes; null before it has begun. */
  total: number | null;
  /** Of these done. */
  done: number;
  /** Of these failed. */
  failed: number;
  /** The first hundred. */
  failures: {
    /** The mailbox. */
    mailbox_id: string;
    /** Its address; null when it is gone. */
    email: string | null;
    /** Code of an error, or of a verdict. */
    code: string;
    /** For people. */
    detail: string;
  }[];
  erasure: Erasure | null;
  /** When it was asked for. */
  created_at: string;
  /** When it last went on. */
  updated_at: string;
};

/** What is wrong with one mailbox, step by step. */
export type Diagnosis = {
  /** The mailbox. */
  mailbox_id: string;
  /** Its address. */
  email: string;
  /** When it was looked into. */
  examined_at: string;
  summary: Verdict;
  /** In order; what depends on a failed step is skipped. */
  steps: {
    /** `refresh` comes once for each resource. */
    step:
      | 'mailbox'
      | 'oauth_client'
      | 'grant'
      | 'refresh'
      | 'scope'
      | 'imap'
      | 'smtp'
      | 'gmail_api'
      | 'graph'
      | 'domain';
    title: string;
    /** `warned` = works, but is worth a look; `skipped` = could not be tried, `detail` says why. */
    result: 'passed' | 'failed' | 'skipped' | 'warned';
    verdict: Verdict | null;
    /** What was found, or what the server said. */
    detail: string | null;
    /** The provider's own words. */
    provider: {
      http_status: number | null;
      /** OAuth's `error`. */
      error: string | null;
      suberror: string | null;
      description: string | null;
      /** Entra's AADSTS numbers. */
      error_codes: number[];
      trace_id: string | null;
      correlation_id: string | null;
    } | null;
    /** Milliseconds. */
    duration_ms: number;
  }[];
  /** A page that shows a diagnosis of this mailbox to whoever has the link; no secret is on it. */
  url: string;
  /** For the mailbox owner, when reconnecting is what helps. */
  reconnect_url: string | null;
};

/** Reads of one mailbox by one API key in one minute. */
export type TokenUse = {
  /** The API key that read. */
  key_id: string;
  /** Its name; null for a key of the installation. */
  key_name: string | null;
  /** When the minute began. */
  minute: string;
  /** Reads within the minute that began then. */
  total: number;
  /** When it read first within the minute. */
  first_at: string;
  /** When it read last within the minute. */
  last_at: string;
};

/** An access token that works. */
export type Token = {
  /** Keep it out of logs. */
  access_token: string;
  /** RFC 6750. */
  token_type: 'Bearer';
  /** When it ends. */
  expires_at: string;
  /** Seconds from now. */
  expires_in: number;
  /** Space-separated, as granted. */
  scope: string;
  /** What it is for. */
  resource: string;
  /** Whose it is. */
  mailbox_id: string;
  /** Whose it is. */
  email: string;
  /** Who issued it. */
  provider: 'google' | 'microsoft';
  /** True when this call made the provider issue it. */
  refreshed: boolean;
  /** Where it is good for. */
  targets: (
    | {
        /** `imap` or `smtp`. */
        transport: 'imap' | 'smtp' | 'gmail_api' | 'graph';
        host: string;
        port: number;
        /** `implicit` = TLS from the first byte, `starttls` = upgrade before signing in. */
        tls: 'implicit' | 'starttls';
        /** How to sign in. */
        sasl_mechanism: 'XOAUTH2' | 'OAUTHBEARER';
        /** All that the server takes, `sasl_mechanism` first. */
        sasl_mechanisms: ('XOAUTH2' | 'OAUTHBEARER')[];
        /** The user name to sign in with. */
        user: string;
      }
    | {
        /** `gmail_api` or `graph`. */
        transport: 'imap' | 'smtp' | 'gmail_api' | 'graph';
        /** Of the API. */
        base_url: string;
        /** Of this mailbox in the API: its paths below this are right for a person's own token, a delegate's and an application's. */
        mailbox_url: string;
      }
  )[];
};

/** One change of state. */
export type MailgrantEvent = {
  /** Id of the event; events sort by it. */
  id: string;
  /** What happened. */
  type: string;
  /** The mailbox, connect session or OAuth client that changed. */
  object_id: string;
  /** More about it; never a secret. */
  data: Record<string, unknown>;
  /** When it happened. */
  created_at: string;
  /** Byte by byte what a webhook endpoint is sent of it, whose `webhook-id` is `id`; with `with_webhook_body` only. */
  webhook_body?: string;
};

/** A URL that is told of events. */
export type WebhookEndpoint = {
  /** Id of the endpoint. */
  id: string;
  /** The workspace whose events it hears; null = the installation's own. */
  workspace_id: string | null;
  /** Where webhooks are posted: https, port 443, a public address, no user name. */
  url: string;
  /** What it is for. */
  description: string;
  /** Which types it is told of; null = all, also those of later releases. */
  event_types:
    | (
        | 'mailbox.connected'
        | 'mailbox.reconnected'
        | 'mailbox.verified'
        | 'mailbox.degraded'
        | 'mailbox.needs_reauthorization'
        | 'mailbox.disabled'
        | 'mailbox.enabled'
        | 'mailbox.disconnected'
        | 'mailbox.scopes_lost'
        | 'mailbox.grant_ending'
        | 'connect_session.failed'
        | 'connect_session.waiting_for_admin'
        | 'connect_session.admin_consented'
        | 'connect_session.waiting_for_confirmation'
        | 'oauth_client.paused'
        | 'oauth_client.resumed'
        | 'oauth_client.credential_expiring'
        | 'oauth_client.credential_rotated'
        | 'oauth_client.deleted'
        | 'workspace.deleted'
        | 'webhook_endpoint.disabled'
        | 'webhook.test'
      )[]
    | null;
  /** Whose bodies and headers: `standard` = Standard Webhooks. The others are made by the APIs of that name. */
  format: 'standard' | 'emailengine' | 'smartlead';
  /** `hmac`: a shared secret, header value `v1,...`. `ed25519`: a key pair of which you hold the public half, `v1a,...`. */
  signature: 'hmac' | 'ed25519';
  /** For `ed25519`: what signatures are checked with. */
  public_key: string | null;
  /** Whether it is told anything. */
  status: 'enabled' | 'disabled';
  /** `caller` = switched off here, `gone` = it answered 410, `failing` = nothing got through for five days. */
  disabled_reason: ('caller' | 'gone' | 'failing') | null;
  /** Since when it is disabled. */
  disabled_at: string | null;
  /** Since when no attempt has succeeded; null while they do. */
  failing_since: string | null;
  /** The only connect session that it hears of; null = it stands by itself. */
  connect_session_id: string | null;
  /** The only mailbox that it hears of; null = it hears of more. */
  mailbox_id: string | null;
  /** Until when the secret before this one signs as well. */
  previous_secret_until: string | null;
  /** When it was made. */
  created_at: string;
  /** When it was changed. */
  updated_at: string;
};

/** An endpoint with its secret. */
export type NewWebhookEndpoint = {
  /** Id of the endpoint. */
  id: string;
  /** The workspace whose events it hears; null = the installation's own. */
  workspace_id: string | null;
  /** Where webhooks are posted: https, port 443, a public address, no user name. */
  url: string;
  /** What it is for. */
  description: string;
  /** Which types it is told of; null = all, also those of later releases. */
  event_types:
    | (
        | 'mailbox.connected'
        | 'mailbox.reconnected'
        | 'mailbox.verified'
        | 'mailbox.degraded'
        | 'mailbox.needs_reauthorization'
        | 'mailbox.disabled'
        | 'mailbox.enabled'
        | 'mailbox.disconnected'
        | 'mailbox.scopes_lost'
        | 'mailbox.grant_ending'
        | 'connect_session.failed'
        | 'connect_session.waiting_for_admin'
        | 'connect_session.admin_consented'
        | 'connect_session.waiting_for_confirmation'
        | 'oauth_client.paused'
        | 'oauth_client.resumed'
        | 'oauth_client.credential_expiring'
        | 'oauth_client.credential_rotated'
        | 'oauth_client.deleted'
        | 'workspace.deleted'
        | 'webhook_endpoint.disabled'
        | 'webhook.test'
      )[]
    | null;
  /** Whose bodies and headers: `standard` = Standard Webhooks. The others are made by the APIs of that name. */
  format: 'standard' | 'emailengine' | 'smartlead';
  /** `hmac`: a shared secret, header value `v1,...`. `ed25519`: a key pair of which you hold the public half, `v1a,...`. */
  signature: 'hmac' | 'ed25519';
  /** For `ed25519`: what signatures are checked with. */
  public_key: string | null;
  /** Whether it is told anything. */
  status: 'enabled' | 'disabled';
  /** `caller` = switched off here, `gone` = it answered 410, `failing` = nothing got through for five days. */
  disabled_reason: ('caller' | 'gone' | 'failing') | null;
  /** Since when it is disabled. */
  disabled_at: string | null;
  /** Since when no attempt has succeeded; null while they do. */
  failing_since: string | null;
  /** The only connect session that it hears of; null = it stands by itself. */
  connect_session_id: string | null;
  /** The only mailbox that it hears of; null = it hears of more. */
  mailbox_id: string | null;
  /** Until when the secret before this one signs as well. */
  previous_secret_until: string | null;
  /** When it was made. */
  created_at: string;
  /** When it was changed. */
  updated_at: string;
  /** The shared secret, shown this once; null for `ed25519`. */
  secret: string | null;
};

/** The new key of an endpoint. */
export type RotatedWebhookSecret = {
  /** The shared secret, the new one, shown this once; null for `ed25519`. */
  secret: string | null;
  /** For `ed25519`: what signatures are checked with. */
  public_key: string | null;
  /** Until when the secret before this one signs as well. */
  previous_secret_until: string | null;
};

/** One event for one endpoint. */
export type WebhookDelivery = {
  /** Id of the delivery. */
  id: string;
  /** Whom it is for. */
  endpoint_id: string;
  /** The header `webhook-id` of every attempt: id of the event. Of an event that is told by two bodies the second one has an id of its own (`accountInitialized` of EmailEngine). */
  event_id: string;
  /** A type of event. */
  event_type:
    | 'mailbox.connected'
    | 'mailbox.reconnected'
    | 'mailbox.verified'
    | 'mailbox.degraded'
    | 'mailbox.needs_reauthorization'
    | 'mailbox.disabled'
    | 'mailbox.enabled'
    | 'mailbox.disconnected'
    | 'mailbox.scopes_lost'
    | 'mailbox.grant_ending'
    | 'connect_session.failed'
    | 'connect_session.waiting_for_admin'
    | 'connect_session.admin_consented'
    | 'connect_session.waiting_for_confirmation'
    | 'oauth_client.paused'
    | 'oauth_client.resumed'
    | 'oauth_client.credential_expiring'
    | 'oauth_client.credential_rotated'
    | 'oauth_client.deleted'
    | 'workspace.deleted'
    | 'webhook_endpoint.disabled'
    | 'webhook.test';
  /** The mailbox, connect session or OAuth client that it tells of. */
  object_id: string;
  /** True = a test event, which is sent once, by hand. */
  is_test: boolean;
  /** `pending` = it will be tried (again), `failed` = given up and kept, `cancelled` = its endpoint was disabled. */
  status: 'pending' | 'delivered' | 'failed' | 'cancelled';
  /** How often it was tried. */
  attempts: number;
  /** When it is tried next; null when it is over. */
  next_attempt_at: string | null;
  /** When it was made. */
  created_at: string;
  /** When it was over. */
  finished_at: string | null;
};

/** What was sent, and what came back. */
export type WebhookDeliveryDetails = {
  /** Id of the delivery. */
  id: string;
  /** Whom it is for. */
  endpoint_id: string;
  /** The header `webhook-id` of every attempt: id of the event. Of an event that is told by two bodies the second one has an id of its own (`accountInitialized` of EmailEngine). */
  event_id: string;
  /** A type of event. */
  event_type:
    | 'mailbox.connected'
    | 'mailbox.reconnected'
    | 'mailbox.verified'
    | 'mailbox.degraded'
    | 'mailbox.needs_reauthorization'
    | 'mailbox.disabled'
    | 'mailbox.enabled'
    | 'mailbox.disconnected'
    | 'mailbox.scopes_lost'
    | 'mailbox.grant_ending'
    | 'connect_session.failed'
    | 'connect_session.waiting_for_admin'
    | 'connect_session.admin_consented'
    | 'connect_session.waiting_for_confirmation'
    | 'oauth_client.paused'
    | 'oauth_client.resumed'
    | 'oauth_client.credential_expiring'
    | 'oauth_client.credential_rotated'
    | 'oauth_client.deleted'
    | 'workspace.deleted'
    | 'webhook_endpoint.disabled'
    | 'webhook.test';
  /** The mailbox, connect session or OAuth client that it tells of. */
  object_id: string;
  /** True = a test event, which is sent once, by hand. */
  is_test: boolean;
  /** `pending` = it will be tried (again), `failed` = given up and kept, `cancelled` = its endpoint was disabled. */
  status: 'pending' | 'delivered' | 'failed' | 'cancelled';
  /** In their order. */
  attempts: {
    /** From 1. */
    number: number;
    /** When it was sent. */
    started_at: string;
    /** Until the answer, or until there was none. */
    duration_ms: number;
    /** HTTP status; null = no answer. */
    response_status: number | null;
    /** Why there is no answer. */
    failure:
      | (
          | 'timeout'
          | 'forbidden_address'
          | 'name_not_resolved'
          | 'connection_refused'
          | 'tls_failed'
          | 'connection_broken'
          | 'not_signed'
        )
      | null;
    /** The beginning of the answer, 1 KiB at most. */
    response_body: string | null;
  }[];
  /** When it is tried next; null when it is over. */
  next_attempt_at: string | null;
  /** When it was made. */
  created_at: string;
  /** When it was over. */
  finished_at: string | null;
  /** What is sent. A reconnect link is withheld here: each attempt is sent with one of its own. */
  body: string;
};

/** One change that somebody made. */
export type AuditEntry = {
  /** Id of the entry; entries sort by it. */
  id: string;
  /** When it happened. */
  at: string;
  /** Who did it. */
  actor: {
    /** `api_key` = a program; `console` = a person at the console; `command_line` = whoever sits at the machine; `mailbox_owner` = whoever holds a link; `gateway` = this server by itself. */
    kind: 'api_key' | 'console' | 'command_line' | 'mailbox_owner' | 'gateway';
    /** Of the API key, at the console too; of a mailbox owner, the connect session. */
    id: string | null;
    /** Of the API key, as it is called now. */
    name: string | null;
  };
  /** What was done. */
  action:
    | 'workspace.created'
    | 'workspace.updated'
    | 'workspace.deleted'
    | 'api_key.created'
    | 'api_key.revoked'
    | 'oauth_client.created'
    | 'oauth_client.updated'
    | 'oauth_client.examined'
    | 'oauth_client.deleted'
    | 'connect_session.created'
    | 'connect_session.cancelled'
    | 'connect_session.confirmed'
    | 'customer_link.created'
    | 'customer_links.revoked'
    | 'mailbox.connected'
    | 'mailbox.reconnected'
    | 'mailbox.imported'
    | 'mailbox.updated'
    | 'mailbox.disconnected'
    | 'mailboxes.changed'
    | 'tag.created'
    | 'tag.updated'
    | 'customer.created'
    | 'settings.updated'
    | 'webhook_endpoint.created'
    | 'webhook_endpoint.updated'
    | 'webhook_endpoint.secret_rotated'
    | 'webhook_endpoint.deleted'
    | 'webhook_endpoint.tested'
    | 'webhook_endpoint.disabled'
    | 'webhook_delivery.replayed'
    | 'console.signed_in'
    | 'console.signed_out'
    | 'keyring.rotated'
    | 'block.lifted'
    | 'breaker.closed'
    | 'person.exported'
    | 'person.erasure_requested'
    | 'person.erased';
  /** What it was done to; null where that is no single one. */
  object_id: string | null;
  /** Names of the changed fields, counts, ids. Never a secret, never an address of a mailbox. */
  data: Record<string, unknown>;
  /** Of the HTTP request, as in the log. */
  request_id: string | null;
  /** The caller's IP address. */
  address: string | null;
};

/** A pass over everything that is sealed. */
export type Resealing = {
  /** Everything is sealed under this key. */
  key_id: string;
  /** Values that there were when the pass began; others may have come since. Null while they are counted. */
  total: number | null;
  /** Values looked at. */
  checked: number;
  /** Values sealed again. */
  resealed: number;
  /** Values that no key here opens. */
  unreadable: number;
  /** When the pass began. */
  started_at: string;
  /** When it last got on. */
  updated_at: string;
  /** When it was over; null while it goes on. */
  finished_at: string | null;
};

/** The keys that seal, by their ids. */
export type Keyring = {
  /** Keys of the process that answers: the first one seals, all of them open. */
  key_ids: string[];
  /** Keys that ever sealed here and were not retired. */
  known_key_ids: string[];
  /** Processes that run, with their keys. */
  processes: {
    id: string;
    key_ids: string[];
    /** When it was last heard of. */
    seen_at: string;
  }[];
  resealing: Resealing | null;
  /** How many values each key seals; null unless `count` was asked for. */
  values:
    | {
        /** Null = not sealed in a known form. */
        key_id: string | null;
        count: number;
        /** Whether the process that answers has the key. */
        is_here: boolean;
      }[]
    | null;
};

/** What is held of a person. Never a token. */
export type Person = {
  email: string;
  /** All addresses of the person that are known. */
  addresses: string[];
  mailboxes: {
    /** Id of the mailbox. */
    id: string;
    email: string;
    delegate_email: string | null;
    aliases: string[];
    name: string;
    provider: string;
    customer: string | null;
    metadata: Record<string, string>;
    settings: Record<string, unknown>;
    /** When it was connected first. */
    created_at: string;
    grant: {
      issuer: string;
      /** Who the provider says the person is. */
      subject: string;
      scope: string;
      status: string;
      /** When the person last consented. */
      consented_at: string | null;
      /** When a token was last obtained. */
      refreshed_at: string;
    };
  }[];
  /** Every further row that is about the person. */
  records: {
    /** The table. */
    kind: string;
    /** Which row of it. */
    key: string;
    /** Its columns that can be about a person. */
    texts: Record<string, string>;
  }[];
  /** False when there are more than 10,000 records. */
  is_complete: boolean;
};

/** How the pages look to customers and mailbox owners. Null = ours. */
export type Branding = {
  /** Shown in place of the workspace's name. */
  display_name: string | null;
  /** Shown on the pages. */
  logo: {
    /** What it is. */
    media_type: 'image/png' | 'image/jpeg' | 'image/webp';
    /** The file as base64; at most 32 KiB before. */
    data: string;
  } | null;
  /** Of buttons, `#rrggbb`. */
  accent_color: string | null;
  /** Scheme and host of the pages, and of the callbacks of the workspace's own OAuth clients: their `redirect_uri` changes with it. Only a key of the installation may set it. */
  origin: string | null;
  /** Where people find help: `https:` or `mailto:`. */
  support_url: string | null;
  /** Privacy notice, `https:`. */
  privacy_url: string | null;
};

/** Settings of one workspace. */
export type Settings = {
  /** Whether EmailEngine's endpoint for access tokens (`GET /v1/account/{account}/oauth-token`) answers. Off at first. */
  oauth_tokens_api: boolean;
  /** Where browsers may be sent when a connect session is done: https URLs without query. One that ends with a slash allows everything below it. */
  return_urls: string[];
  branding: Branding;
};

/** The state of the whole installation. */
export type Installation = {
  /** The release that runs here. */
  version: string;
  /** When the process that answers was started. */
  started_at: string;
  database: {
    /** The engine. */
    engine: 'sqlite' | 'postgres';
  };
  providers: {
    /** The provider. */
    provider: 'google' | 'microsoft';
    breaker: {
      /** Names it in the path. */
      key: string;
      /** `open` = nobody is sent there until `open_until`; `probing` = its time is over, and one call tries. */
      status: 'closed' | 'open' | 'probing';
      /** When it is tried again; null while it is closed. */
      open_until: string | null;
      /** Failures in a row. */
      failures: number;
    };
    /** Calls to it that are not answered yet, of the process that answers. */
    calls_under_way: number;
    /** Calls to it that wait for room in the budgets, of the process that answers. */
    calls_waiting: number;
  }[];
  /** Those that are not closed, or count failures; 200 at most. */
  oauth_client_breakers: {
    /** Names it in the path. */
    key: string;
    /** The OAuth client. */
    oauth_client_id: string;
    /** What it is known by, deleted ones too; null = it is gone with its workspace. */
    oauth_client: {
      /** Its name. */
      name: string;
      /** Its provider. */
      provider: 'google' | 'microsoft';
      /** Whose it is; null = shared by the installation. */
      workspace_id: string | null;
      /** The workspace's name; null without one. */
      workspace_name: string | null;
      /** When it was deleted; null = it is in use. */
      deleted_at: string | null;
    } | null;
    /** `open` = nobody is sent there until `open_until`; `probing` = its time is over, and one call tries. */
    status: 'closed' | 'open' | 'probing';
    /** When it is tried again; null while it is closed. */
    open_until: string | null;
    /** Failures in a row. */
    failures: number;
  }[];
  /** The one that ends last first; 200 at most. */
  blocks: {
    /** Names it in the path. */
    key: string;
    /** The IP address, or for IPv6 the network, that is kept out. */
    address: string | null;
    /** The only workspace that is kept out there; null = whoever comes from there. */
    workspace_id: string | null;
    /** The workspace's name; null without one. */
    workspace_name: string | null;
    /** Which one in a row; each is longer. */
    level: number;
    /** When it ends by itself. */
    until: string;
  }[];
  refresh_queue: {
    /** Grants due to be refreshed by themselves; counted up to 100,000. */
    due: number;
    /** Those that have been due for more than ten minutes. */
    overdue: number;
    /** Since when the oldest one is due. */
    oldest_due_at: string | null;
    /** Those that are being refreshed now. */
    leased: number;
  };
  grants: {
    /** Grants that work. */
    active: number;
    /** Grants that their owners have to give again. */
    needs_reauthorization: number;
    /** They are counted every few minutes; null = not yet. */
    counted_at: string | null;
  };
  webhooks: {
    /** Deliveries that are to be sent; counted up to 100,000. */
    pending: number;
    /** Since when the oldest one should be sent. */
    oldest_due_at: string | null;
    /** Deliveries that were given up within a day. */
    failed: number;
  };
  /** Whose credential ends within 30 days, the first one first; 200 at most. */
  oauth_clients_ending: {
    /** The OAuth client. */
    oauth_client_id: string;
    /** Whose it is; null = shared by the installation. */
    workspace_id: string | null;
    /** The workspace's name; null without one. */
    workspace_name: string | null;
    /** Its name. */
    name: string;
    /** When its current credential ends. */
    expires_at: string;
    /** Whether the next credential is there already. */
    has_next: boolean;
  }[];
};

export type BeginConsoleSessionBody = {
  /** An API key of a workspace, or of the installation. */
  api_key: string;
};

export type CreateWorkspaceBody = {
  /** Shown to mailbox owners when they connect. */
  name: string;
};

export type ListWorkspacesQuery = {
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
};

export type RenameWorkspaceBody = {
  /** Shown to mailbox owners when they connect. */
  name: string;
};

export type CreateApiKeyBody = {
  /** What the key is for. */
  name: string;
  scopes: (
    | 'workspaces:manage'
    | 'api_keys:read'
    | 'api_keys:create'
    | 'api_keys:delete'
    | 'oauth_clients:read'
    | 'oauth_clients:create'
    | 'oauth_clients:update'
    | 'oauth_clients:delete'
    | 'connect_sessions:read'
    | 'connect_sessions:create'
    | 'mailboxes:read'
    | 'mailboxes:update'
    | 'mailboxes:delete'
    | 'tokens:read'
    | 'events:read'
    | 'webhooks:read'
    | 'webhooks:create'
    | 'webhooks:update'
    | 'webhooks:delete'
    | 'audit:read'
    | 'people:read'
    | 'people:delete'
    | 'installation:read'
    | 'installation:update'
    | 'settings:update'
    | 'mailboxes:create'
    | 'accounts:read'
    | 'accounts:create'
    | 'accounts:update'
    | 'accounts:delete'
    | 'all'
  )[];
  /** Omit for a key without end. */
  expires_at?: string | null | undefined;
};

export type ListApiKeysQuery = {
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
};

export type ExamineOAuthClientBody = {
  /** A mailbox to try with, where the OAuth client acts without a sign-in. */
  email?: string | null | undefined;
};

export type ListLackingScopesQuery = {
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
};

export type CreateOAuthClientBody = {
  /** Where it is registered. */
  provider: 'google' | 'microsoft';
  /** For people. */
  name: string;
  /** `authorization_code` = each mailbox owner consents; `jwt_bearer` = a Google service account that acts for a domain; `client_credentials` = an Entra application with permissions of its own. */
  grant_type?: 'authorization_code' | 'jwt_bearer' | 'client_credentials' | undefined;
  /** The registration's `client_id`. */
  client_id?: string | undefined;
  /** What the OAuth client authenticates with: `value` or `reference`. */
  credential?:
    | {
        /** `secret` = a client secret, `certificate` = PEM of a private key (PKCS #8) and its certificate, `service_account_key` = the JSON key file of a Google service account. Omit for `secret`. */
        kind?: 'secret' | 'certificate' | 'service_account_key' | undefined;
        /** The credential itself. Stored sealed, in no answer. */
        value?: string | undefined;
        /** In place of `value`: the name under which the operator holds it outside of the database. Only a key of the installation may name one. */
        reference?: string | undefined;
        /** When the provider stops taking it; null = never, or unknown. A certificate says so itself. */
        expires_at?: string | null | undefined;
      }
    | undefined;
  /** Short for `credential` with a `value` of the kind `secret`. */
  client_secret?: string | undefined;
  /** When the secret ends, as the provider shows it; null = never, or unknown. In a change it may stand without `client_secret`, for the one that is there. */
  client_secret_expires_at?: string | null | undefined;
  /** Omit for the provider's worldwide cloud. */
  cloud?: string | null | undefined;
  /** Microsoft: `common`, `organizations`, `consumers`, a directory id or its domain. Null at Google. */
  entra_tenant?: string | null | undefined;
  /** Whether consumer accounts (gmail.com, outlook.com) may be connected. */
  personal_accounts?: boolean | undefined;
  /** Asked for besides those that mail needs, so that its tokens can do more. Mailboxes that were connected before lack them until they are reconnected. */
  extra_scopes?: string[] | undefined;
  /** Whether the workspace's customers are offered it on their connect page. */
  customers_may_use?: boolean | undefined;
};

export type ListOAuthClientsQuery = {
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
};

export type UpdateOAuthClientBody = {
  /** For people. */
  name?: string | undefined;
  /** The registration's `client_id`. */
  client_id?: string | undefined;
  /** What the OAuth client authenticates with: `value` or `reference`. */
  credential?:
    | {
        /** `secret` = a client secret, `certificate` = PEM of a private key (PKCS #8) and its certificate, `service_account_key` = the JSON key file of a Google service account. Omit for `secret`. */
        kind?: 'secret' | 'certificate' | 'service_account_key' | undefined;
        /** The credential itself. Stored sealed, in no answer. */
        value?: string | undefined;
        /** In place of `value`: the name under which the operator holds it outside of the database. Only a key of the installation may name one. */
        reference?: string | undefined;
        /** When the provider stops taking it; null = never, or unknown. A certificate says so itself. */
        expires_at?: string | null | undefined;
      }
    | undefined;
  /** What the OAuth client authenticates with: `value` or `reference`. */
  next_credential?:
    | {
        /** `secret` = a client secret, `certificate` = PEM of a private key (PKCS #8) and its certificate, `service_account_key` = the JSON key file of a Google service account. Omit for `secret`. */
        kind?: 'secret' | 'certificate' | 'service_account_key' | undefined;
        /** The credential itself. Stored sealed, in no answer. */
        value?: string | undefined;
        /** In place of `value`: the name under which the operator holds it outside of the database. Only a key of the installation may name one. */
        reference?: string | undefined;
        /** When the provider stops taking it; null = never, or unknown. A certificate says so itself. */
        expires_at?: string | null | undefined;
      }
    | null
    | undefined;
  /** Short for `credential` with a `value` of the kind `secret`. */
  client_secret?: string | undefined;
  /** When the secret ends, as the provider shows it; null = never, or unknown. In a change it may stand without `client_secret`, for the one that is there. */
  client_secret_expires_at?: string | null | undefined;
  /** Microsoft: `common`, `organizations`, `consumers`, a directory id or its domain. Null at Google. */
  entra_tenant?: string | null | undefined;
  /** Whether consumer accounts (gmail.com, outlook.com) may be connected. */
  personal_accounts?: boolean | undefined;
  /** Asked for besides those that mail needs, so that its tokens can do more. Mailboxes that were connected before lack them until they are reconnected. */
  extra_scopes?: string[] | undefined;
  /** Whether the workspace's customers are offered it on their connect page. */
  customers_may_use?: boolean | undefined;
};

export type DeleteOAuthClientQuery = {
  /** `true` deletes it although mailboxes depend on it: they must be reconnected. Default: `false`. */
  force?: 'true' | 'false' | undefined;
};

export type CreateConnectSessionBody = {
  /** Required unless `mailbox_id` is given. */
  provider?: ('google' | 'microsoft') | null | undefined;
  /** `full` = IMAP and SMTP, `api` = Gmail API or Microsoft Graph, `send_only` = nothing but sending (SMTP at Microsoft, Gmail API at Google). */
  profile?: 'full' | 'api' | 'send_only' | undefined;
  /** Omit to take the newest of the workspace, else a shared one. */
  oauth_client_id?: string | null | undefined;
  /** Refuse every other address. */
  expected_email?: string | null | undefined;
  /** Microsoft: a mailbox without a sign-in of its own, opened by whoever signs in. */
  shared_mailbox?: string | null | undefined;
  /** Reconnect this mailbox; it keeps its id. */
  mailbox_id?: string | null | undefined;
  /** The workspace's own client this mailbox belongs to. */
  customer?: string | null | undefined;
  /** Refuse consumer accounts; only mailboxes of an organisation may be connected. */
  managed_accounts_only?: boolean | undefined;
  /** Refuse a mailbox that another workspace has connected. */
  exclusive?: boolean | undefined;
  /** `result_page` = our page tells how it ended. `redirect` = the browser goes to `return_url` when the mailbox is connected. `confirm` = it goes there with a one-time `code`, and nothing is connected before your backend has sent the code to `/confirm`. Omit for `redirect` with a `return_url`, `result_page` without one. */
  completion?: 'result_page' | 'redirect' | 'confirm' | undefined;
  /** Where the browser goes; must be among the workspace's return URLs. */
  return_url?: string | null | undefined;
  /** Whether a person may try again after a setback (an unticked box, the wrong account, cancel, an administrator who must approve). False = the first one ends the session. */
  is_retryable?: boolean | undefined;
  /** A webhook endpoint for this session alone: it is told of whatever becomes of the session, and goes away with it. */
  webhook_url?: string | null | undefined;
};

export type ListConnectSessionsQuery = {
  /** Only sessions that are so now. */
  status?:
    | 'pending'
    | 'waiting_for_admin'
    | 'insufficient_scope'
    | 'wrong_mailbox'
    | 'declined'
    | 'waiting_for_confirmation'
    | 'connected'
    | 'failed'
    | 'cancelled'
    | 'expired'
    | undefined;
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
};

export type ReadConnectSessionQuery = {
  /** Answer when the status changes, or after this many seconds. From 0 to 55. Default: `0`. */
  wait?: number | undefined;
  /** With `wait`: the status that was answered last. Answers at once when it is another one by now; without it, a change between two requests is not seen as one. */
  known_status?:
    | 'pending'
    | 'waiting_for_admin'
    | 'insufficient_scope'
    | 'wrong_mailbox'
    | 'declined'
    | 'waiting_for_confirmation'
    | 'connected'
    | 'failed'
    | 'cancelled'
    | 'expired'
    | undefined;
};

export type ConfirmConnectSessionBody = {
  /** The parameter `code` with which the browser came to the return URL. */
  code: string;
};

export type CreateCustomerLinkBody = {
  /** The workspace's own client; the mailboxes connected at the link belong to it. */
  customer: string;
  /** `full` = IMAP and SMTP, `api` = Gmail API or Microsoft Graph, `send_only` = nothing but sending (SMTP at Microsoft, Gmail API at Google). */
  profile?: 'full' | 'api' | 'send_only' | undefined;
  /** How long the link is good. From 60 to 31622400. Default: `2592000`. */
  expires_in_seconds?: number | undefined;
};

export type ListCustomersQuery = {
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
};

export type ListMailboxesQuery = {
  /** Only this address. */
  email?: string | undefined;
  /** Only those whose address or name has this part, in any case. */
  search?: string | undefined;
  /** Only mailboxes that are so now. */
  status?: 'verifying' | 'connected' | 'degraded' | 'needs_reauthorization' | 'disabled' | undefined;
  /** Only mailboxes at this provider. */
  provider?: 'google' | 'microsoft' | undefined;
  /** Only mailboxes that were connected with it, also when it is deleted. */
  oauth_client_id?: string | undefined;
  /** Only mailboxes of this customer. */
  customer?: string | undefined;
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
  /** How many of those that match are passed over before the page; none when left out. Positions move when something is added or removed. Not together with `cursor`. From 0 to 1000000. */
  skip?: number | undefined;
};

export type ConnectMailboxBody = {
  /** One that acts without a sign-in: `jwt_bearer` or `client_credentials`. */
  oauth_client_id: string;
  /** Address of the mailbox. */
  email: string;
  /** `full` = IMAP and SMTP, `api` = Gmail API or Microsoft Graph, `send_only` = nothing but sending (SMTP at Microsoft, Gmail API at Google). */
  profile?: 'full' | 'api' | 'send_only' | undefined;
  /** For people; taken from the account at first. */
  name?: string | null | undefined;
  /** The workspace's own client this mailbox belongs to. */
  customer?: string | null | undefined;
  /** The mailbox of this address that is moved to the OAuth client; it keeps its id. */
  mailbox_id?: string | null | undefined;
  /** Refuse a mailbox that another workspace has connected. */
  exclusive?: boolean | undefined;
};

export type UpdateMailboxBody = {
  /** For people; taken from the account at first. */
  name?: string | undefined;
  /** The workspace's own client this mailbox belongs to. */
  customer?: string | null | undefined;
  /** The workspace's own notes: at most 50 pairs of texts. */
  metadata?: Record<string, string> | undefined;
  /** True switches it off: no tokens, no verification; its grant is kept alive. */
  disabled?: boolean | undefined;
};

export type SummarizeMailboxesQuery = {
  /** Only this address. */
  email?: string | undefined;
  /** Only those whose address or name has this part, in any case. */
  search?: string | undefined;
  /** Only mailboxes that are so now. */
  status?: 'verifying' | 'connected' | 'degraded' | 'needs_reauthorization' | 'disabled' | undefined;
  /** Only mailboxes at this provider. */
  provider?: 'google' | 'microsoft' | undefined;
  /** Only mailboxes that were connected with it, also when it is deleted. */
  oauth_client_id?: string | undefined;
  /** Only mailboxes of this customer. */
  customer?: string | undefined;
};

export type ListBackgroundJobsQuery = {
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
};

export type CreateMailboxJobBody = {
  /** What to do with each. `disconnect` also needs the scope `mailboxes:delete`. */
  action: 'verify' | 'enable' | 'disable' | 'disconnect' | 'set_customer';
  /** For `set_customer`: the customer, or null for none. */
  customer?: string | null | undefined;
  /** These mailboxes. */
  mailbox_ids?: string[] | undefined;
  /** In place of `mailbox_ids`: all that it lets through when the job comes to them; `{}` = all of the workspace. */
  filter?:
    | {
        /** Only this address. */
        email?: string | undefined;
        /** Only those whose address or name has this part, in any case. */
        search?: string | undefined;
        /** Only mailboxes that are so now. */
        status?: 'verifying' | 'connected' | 'degraded' | 'needs_reauthorization' | 'disabled' | undefined;
        /** Only mailboxes at this provider. */
        provider?: 'google' | 'microsoft' | undefined;
        /** Only mailboxes that were connected with it, also when it is deleted. */
        oauth_client_id?: string | undefined;
        /** Only mailboxes of this customer. */
        customer?: string | undefined;
      }
    | undefined;
};

export type ImportMailboxBody = {
  /** Who hosts it. */
  provider: 'google' | 'microsoft';
  /** As the other system has it. It is used once at once, and stored sealed; where the provider rotates, the other system cannot use it any more. */
  refresh_token: string;
  /** The registration that the tokens were given to. Omit to take the newest of the workspace, else a shared one. */
  oauth_client_id?: string | null | undefined;
  /** Refuse every other address; omit to take what the provider says. */
  email?: string | null | undefined;
  /** What was granted, separated by spaces, if it is known. */
  scope?: string | null | undefined;
  /** For people; taken from the account at first. */
  name?: string | null | undefined;
  /** The workspace's own client this mailbox belongs to. */
  customer?: string | null | undefined;
  /** The mailbox that gets these tokens; it keeps its id. */
  mailbox_id?: string | null | undefined;
  /** Refuse a mailbox that another workspace has connected. */
  exclusive?: boolean | undefined;
};

export type ListTokenUsesQuery = {
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
};

export type ReadTokenBody = {
  /** `imap`, `smtp`, `gmail_api`, `graph`, or a resource's URL. Omit for the mailbox's first. */
  resource?: string | undefined;
  /** The token shall live at least this long. From 0 to 3000. Default: `0`. */
  min_ttl_seconds?: number | undefined;
  /** True when a server refused the last token: asks the provider for another, unless the stored one is only seconds old. */
  force_refresh?: boolean | undefined;
};

export type ListEventsQuery = {
  /** Only events of this mailbox, connect session or OAuth client. */
  object_id?: string | undefined;
  /** Which come first. Default: `oldest`. */
  order?: 'oldest' | 'newest' | undefined;
  /** `true` = with the body of the webhook, for whoever delivers it to a program that no gateway reaches. Needs `webhooks:create` too: bodies hold reconnect links. Default: `false`. */
  with_webhook_body?: 'true' | 'false' | undefined;
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
};

export type CreateWebhookEndpointBody = {
  /** Where webhooks are posted: https, port 443, a public address, no user name. */
  url: string;
  /** What it is for. */
  description?: string | undefined;
  /** Which types it is told of; null = all, also those of later releases. */
  event_types?:
    | (
        | 'mailbox.connected'
        | 'mailbox.reconnected'
        | 'mailbox.verified'
        | 'mailbox.degraded'
        | 'mailbox.needs_reauthorization'
        | 'mailbox.disabled'
        | 'mailbox.enabled'
        | 'mailbox.disconnected'
        | 'mailbox.scopes_lost'
        | 'mailbox.grant_ending'
        | 'connect_session.failed'
        | 'connect_session.waiting_for_admin'
        | 'connect_session.admin_consented'
        | 'connect_session.waiting_for_confirmation'
        | 'oauth_client.paused'
        | 'oauth_client.resumed'
        | 'oauth_client.credential_expiring'
        | 'oauth_client.credential_rotated'
        | 'oauth_client.deleted'
        | 'workspace.deleted'
        | 'webhook_endpoint.disabled'
        | 'webhook.test'
      )[]
    | null
    | undefined;
  /** `hmac`: a shared secret, header value `v1,...`. `ed25519`: a key pair of which you hold the public half, `v1a,...`. */
  signature?: 'hmac' | 'ed25519' | undefined;
};

export type ListWebhookEndpointsQuery = {
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
  /** Those that hear of this connect session only; omit for those that stand by themselves. */
  connect_session_id?: string | undefined;
};

export type UpdateWebhookEndpointBody = {
  /** Where webhooks are posted: https, port 443, a public address, no user name. */
  url?: string | undefined;
  /** What it is for. */
  description?: string | undefined;
  /** Which types it is told of; null = all, also those of later releases. */
  event_types?:
    | (
        | 'mailbox.connected'
        | 'mailbox.reconnected'
        | 'mailbox.verified'
        | 'mailbox.degraded'
        | 'mailbox.needs_reauthorization'
        | 'mailbox.disabled'
        | 'mailbox.enabled'
        | 'mailbox.disconnected'
        | 'mailbox.scopes_lost'
        | 'mailbox.grant_ending'
        | 'connect_session.failed'
        | 'connect_session.waiting_for_admin'
        | 'connect_session.admin_consented'
        | 'connect_session.waiting_for_confirmation'
        | 'oauth_client.paused'
        | 'oauth_client.resumed'
        | 'oauth_client.credential_expiring'
        | 'oauth_client.credential_rotated'
        | 'oauth_client.deleted'
        | 'workspace.deleted'
        | 'webhook_endpoint.disabled'
        | 'webhook.test'
      )[]
    | null
    | undefined;
  /** Whether it is told anything. */
  status?: 'enabled' | 'disabled' | undefined;
};

export type RotateWebhookSecretBody = {
  /** True = the old secret signs no more; else it signs beside the new one for 24 hours. */
  is_immediate?: boolean | undefined;
};

export type TestWebhookEndpointBody = {
  /** A type of event. */
  event_type?:
    | 'mailbox.connected'
    | 'mailbox.reconnected'
    | 'mailbox.verified'
    | 'mailbox.degraded'
    | 'mailbox.needs_reauthorization'
    | 'mailbox.disabled'
    | 'mailbox.enabled'
    | 'mailbox.disconnected'
    | 'mailbox.scopes_lost'
    | 'mailbox.grant_ending'
    | 'connect_session.failed'
    | 'connect_session.waiting_for_admin'
    | 'connect_session.admin_consented'
    | 'connect_session.waiting_for_confirmation'
    | 'oauth_client.paused'
    | 'oauth_client.resumed'
    | 'oauth_client.credential_expiring'
    | 'oauth_client.credential_rotated'
    | 'oauth_client.deleted'
    | 'workspace.deleted'
    | 'webhook_endpoint.disabled'
    | 'webhook.test'
    | undefined;
};

export type ListWebhookDeliveriesQuery = {
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
  /** Those of this endpoint. */
  endpoint_id?: string | undefined;
  /** `pending` = it will be tried (again), `failed` = given up and kept, `cancelled` = its endpoint was disabled. */
  status?: 'pending' | 'delivered' | 'failed' | 'cancelled' | undefined;
  /** A type of event. */
  event_type?:
    | 'mailbox.connected'
    | 'mailbox.reconnected'
    | 'mailbox.verified'
    | 'mailbox.degraded'
    | 'mailbox.needs_reauthorization'
    | 'mailbox.disabled'
    | 'mailbox.enabled'
    | 'mailbox.disconnected'
    | 'mailbox.scopes_lost'
    | 'mailbox.grant_ending'
    | 'connect_session.failed'
    | 'connect_session.waiting_for_admin'
    | 'connect_session.admin_consented'
    | 'connect_session.waiting_for_confirmation'
    | 'oauth_client.paused'
    | 'oauth_client.resumed'
    | 'oauth_client.credential_expiring'
    | 'oauth_client.credential_rotated'
    | 'oauth_client.deleted'
    | 'workspace.deleted'
    | 'webhook_endpoint.disabled'
    | 'webhook.test'
    | undefined;
};

export type ReplayWebhookEndpointBody = {
  /** Deliveries that were made then or later. */
  since: string;
  /** Which of them; omit for those that failed or were cancelled. */
  status?: 'delivered' | 'failed' | 'cancelled' | undefined;
  /** `next_cursor` of the call before. */
  cursor?: string | undefined;
};

export type ListAuditEntriesQuery = {
  /** Only these. */
  action?:
    | 'workspace.created'
    | 'workspace.updated'
    | 'workspace.deleted'
    | 'api_key.created'
    | 'api_key.revoked'
    | 'oauth_client.created'
    | 'oauth_client.updated'
    | 'oauth_client.examined'
    | 'oauth_client.deleted'
    | 'connect_session.created'
    | 'connect_session.cancelled'
    | 'connect_session.confirmed'
    | 'customer_link.created'
    | 'customer_links.revoked'
    | 'mailbox.connected'
    | 'mailbox.reconnected'
    | 'mailbox.imported'
    | 'mailbox.updated'
    | 'mailbox.disconnected'
    | 'mailboxes.changed'
    | 'tag.created'
    | 'tag.updated'
    | 'customer.created'
    | 'settings.updated'
    | 'webhook_endpoint.created'
    | 'webhook_endpoint.updated'
    | 'webhook_endpoint.secret_rotated'
    | 'webhook_endpoint.deleted'
    | 'webhook_endpoint.tested'
    | 'webhook_endpoint.disabled'
    | 'webhook_delivery.replayed'
    | 'console.signed_in'
    | 'console.signed_out'
    | 'keyring.rotated'
    | 'block.lifted'
    | 'breaker.closed'
    | 'person.exported'
    | 'person.erasure_requested'
    | 'person.erased'
    | undefined;
  /** Only of this object. */
  object_id?: string | undefined;
  /** Only by this actor. */
  actor_id?: string | undefined;
  /** Of this workspace, also when it is deleted; for keys of the installation. */
  workspace_id?: string | undefined;
  /** Only from this time on. */
  since?: string | undefined;
  /** Only from before this time. */
  until?: string | undefined;
  /** Which come first. Default: `newest`. */
  order?: 'newest' | 'oldest' | undefined;
  /** Items on one page. From 1 to 100. Default: `50`. */
  limit?: number | undefined;
  /** `next_cursor` of the page before. */
  cursor?: string | undefined;
};

export type ReadKeyringQuery = {
  /** Count the values of each key, which goes through all of them. Default: `false`. */
  count?: 'true' | 'false' | undefined;
};

export type RetireKeyBody = {
  /** The key that shall go. */
  key_id: string;
  /** Do not wait until links that it may have signed are over. Default: `false`. */
  end_links?: boolean | undefined;
};

export type ExportPersonBody = {
  /** An address of the person. */
  email: string;
};

export type ErasePersonBody = {
  /** An address of the person. */
  email: string;
  /** The same address once more. */
  confirm: string;
};

export type ChangeSettingsBody = {
  /** Whether EmailEngine's endpoint for access tokens (`GET /v1/account/{account}/oauth-token`) answers. Off at first. */
  oauth_tokens_api?: boolean | undefined;
  /** Where browsers may be sent when a connect session is done: https URLs without query. One that ends with a slash allows everything below it. */
  return_urls?: string[] | undefined;
  /** Members that are not sent stay as they are; null removes one. */
  branding?:
    | {
        /** Shown in place of the workspace's name. */
        display_name?: string | null | undefined;
        /** Shown on the pages. */
        logo?:
          | {
              /** What it is. */
              media_type: 'image/png' | 'image/jpeg' | 'image/webp';
              /** The file as base64; at most 32 KiB before. */
              data: string;
            }
          | null
          | undefined;
        /** Of buttons, `#rrggbb`. */
        accent_color?: string | null | undefined;
        /** Scheme and host of the pages, and of the callbacks of the workspace's own OAuth clients: their `redirect_uri` changes with it. Only a key of the installation may set it. */
        origin?: string | null | undefined;
        /** Where people find help: `https:` or `mailto:`. */
        support_url?: string | null | undefined;
        /** Privacy notice, `https:`. */
        privacy_url?: string | null | undefined;
      }
    | undefined;
};

/** A mailbox was connected. `connect_session_id` where it came of a connect session, `imported` where its tokens were handed over; `first_proof` where every transport was proved with them. */
export type MailboxConnectedEvent = {
  type: 'mailbox.connected';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    mailbox_id: string;
    [member: string]: unknown;
  };
};

/** A mailbox that was known before has a new grant, and keeps its id. `recovered` where a grant that was believed dead turned out to be alive. */
export type MailboxReconnectedEvent = {
  type: 'mailbox.reconnected';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    mailbox_id: string;
    [member: string]: unknown;
  };
};

/** A verification proved every transport, and the one before had not. `first_proof` where nothing had proved them all since the mailbox was connected first. */
export type MailboxVerifiedEvent = {
  type: 'mailbox.verified';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    mailbox_id: string;
    [member: string]: unknown;
  };
};

/** A verification failed in a new way (`results`), or the provider refuses to renew tokens for a reason that waiting does not mend (`reason`). */
export type MailboxDegradedEvent = {
  type: 'mailbox.degraded';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    mailbox_id: string;
    [member: string]: unknown;
  };
};

/** The provider no longer accepts the grant. No token is to be had until the owner reconnects. */
export type MailboxNeedsReauthorizationEvent = {
  type: 'mailbox.needs_reauthorization';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    mailbox_id: string;
    [member: string]: unknown;
  };
};

/** A caller switched the mailbox off: no token is handed out. */
export type MailboxDisabledEvent = {
  type: 'mailbox.disabled';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    mailbox_id: string;
    [member: string]: unknown;
  };
};

/** A caller switched the mailbox on again. */
export type MailboxEnabledEvent = {
  type: 'mailbox.enabled';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    mailbox_id: string;
    [member: string]: unknown;
  };
};

/** The mailbox was removed. */
export type MailboxDisconnectedEvent = {
  type: 'mailbox.disconnected';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    mailbox_id: string;
    [member: string]: unknown;
  };
};

/** The provider no longer gives some of the permissions that it gave before. */
export type MailboxScopesLostEvent = {
  type: 'mailbox.scopes_lost';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    mailbox_id: string;
    [member: string]: unknown;
  };
};

/** The grant will end by itself at a known time, unless something is done. */
export type MailboxGrantEndingEvent = {
  type: 'mailbox.grant_ending';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    mailbox_id: string;
    [member: string]: unknown;
  };
};

/** A connect session ended without a mailbox. */
export type ConnectSessionFailedEvent = {
  type: 'connect_session.failed';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    connect_session_id: string;
    [member: string]: unknown;
  };
};

/** The organisation of the mailbox wants its administrator to approve first. */
export type ConnectSessionWaitingForAdminEvent = {
  type: 'connect_session.waiting_for_admin';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    connect_session_id: string;
    [member: string]: unknown;
  };
};

/** An administrator approved, as the provider says: the owner may try again. */
export type ConnectSessionAdminConsentedEvent = {
  type: 'connect_session.admin_consented';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    connect_session_id: string;
    [member: string]: unknown;
  };
};

/** The owner consented; nothing is connected until your backend confirms. */
export type ConnectSessionWaitingForConfirmationEvent = {
  type: 'connect_session.waiting_for_confirmation';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    connect_session_id: string;
    [member: string]: unknown;
  };
};

/** The provider refuses the OAuth client itself. Its mailboxes and their grants stay as they are. */
export type OauthClientPausedEvent = {
  type: 'oauth_client.paused';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    oauth_client_id: string;
    [member: string]: unknown;
  };
};

/** A paused OAuth client is in use again. */
export type OauthClientResumedEvent = {
  type: 'oauth_client.resumed';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    oauth_client_id: string;
    [member: string]: unknown;
  };
};

/** The credential of an OAuth client ends soon. With `has_next` another one takes over by itself. */
export type OauthClientCredentialExpiringEvent = {
  type: 'oauth_client.credential_expiring';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    oauth_client_id: string;
    [member: string]: unknown;
  };
};

/** The next credential of an OAuth client took the place of the one that the provider refused. */
export type OauthClientCredentialRotatedEvent = {
  type: 'oauth_client.credential_rotated';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    oauth_client_id: string;
    [member: string]: unknown;
  };
};

/** An OAuth client was deleted. Mailboxes that it served must be reconnected. */
export type OauthClientDeletedEvent = {
  type: 'oauth_client.deleted';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    oauth_client_id: string;
    [member: string]: unknown;
  };
};

/** A workspace was deleted. The installation is told, not the workspace. */
export type WorkspaceDeletedEvent = {
  type: 'workspace.deleted';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string;
    [member: string]: unknown;
  };
};

/** An endpoint was switched off by the gateway: it answered 410 (`gone`), or took nothing for five days (`failing`). The other endpoints are told. */
export type WebhookEndpointDisabledEvent = {
  type: 'webhook_endpoint.disabled';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    endpoint_id: string;
    [member: string]: unknown;
  };
};

/** A caller tries an endpoint. It is sent to that endpoint alone, whatever types it wants. */
export type WebhookTestEvent = {
  type: 'webhook.test';
  /** When it happened. */
  timestamp: string;
  data: {
    workspace_id: string | null;
    endpoint_id: string;
    [member: string]: unknown;
  };
};

/** What a webhook brings, told apart by `type`. */
export type WebhookEvent =
  | MailboxConnectedEvent
  | MailboxReconnectedEvent
  | MailboxVerifiedEvent
  | MailboxDegradedEvent
  | MailboxNeedsReauthorizationEvent
  | MailboxDisabledEvent
  | MailboxEnabledEvent
  | MailboxDisconnectedEvent
  | MailboxScopesLostEvent
  | MailboxGrantEndingEvent
  | ConnectSessionFailedEvent
  | ConnectSessionWaitingForAdminEvent
  | ConnectSessionAdminConsentedEvent
  | ConnectSessionWaitingForConfirmationEvent
  | OauthClientPausedEvent
  | OauthClientResumedEvent
  | OauthClientCredentialExpiringEvent
  | OauthClientCredentialRotatedEvent
  | OauthClientDeletedEvent
  | WorkspaceDeletedEvent
  | WebhookEndpointDisabledEvent
  | WebhookTestEvent;
