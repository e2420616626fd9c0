// Reason codes and the verdict that each one becomes: a sentence, a remedy, who must act, and whether it
// heals by itself. Adapters choose a reason; only this table puts it into words.

/** Who can make the problem go away. `nobody` means: wait. */
export type Actor = 'mailbox_owner' | 'mail_administrator' | 'workspace' | 'operator' | 'nobody';

export type VerdictText = { sentence: string; remedy: string; actor: Actor; healsItself: boolean };

export type Verdict = VerdictText & { code: ReasonCode };

const owner = (sentence: string, remedy: string): VerdictText => ({
  sentence,
  remedy,
  actor: 'mailbox_owner',
  healsItself: false,
});
const administrator = (sentence: string, remedy: string): VerdictText => ({
  sentence,
  remedy,
  actor: 'mail_administrator',
  healsItself: false,
});
const workspace = (sentence: string, remedy: string): VerdictText => ({
  sentence,
  remedy,
  actor: 'workspace',
  healsItself: false,
});
const operator = (sentence: string, remedy: string): VerdictText => ({
  sentence,
  remedy,
  actor: 'operator',
  healsItself: false,
});
const wait = (sentence: string, remedy = 'Nothing to do; it is tried again by itself.'): VerdictText => ({
  sentence,
  remedy,
  actor: 'nobody',
  healsItself: true,
});

export const verdictTable = {
  ok: { sentence: 'Everything works.', remedy: 'Nothing to do.', actor: 'nobody', healsItself: true },

  // The person and the consent page
  access_denied: owner('The sign-in was cancelled on the consent page.', 'Open a new link and choose Allow.'),
  scope_missing: owner(
    'A permission that this service needs was left unticked on the consent page.',
    'Open a new link and leave every box ticked.',
  ),
  wrong_mailbox: owner(
    'Another mailbox than the expected one was chosen.',
    'Open a new link and sign in with the expected address.',
  ),
  mailbox_in_other_workspace: workspace(
    'This mailbox is connected to another workspace.',
    'Disconnect it there first, or connect another mailbox.',
  ),
  address_held_by_other_account: workspace(
    'Another account is connected under this address, and its permission is alive.',
    'Disconnect the mailbox first if this account is to take its place.',
  ),
  managed_account_required: owner(
    'Non GSuite accounts are not allowed: only Google Workspace accounts can be connected here.',
    'Sign in with the address of a Google Workspace organisation.',
  ),
  personal_account_refused: owner(
    'Personal accounts are not allowed here.',
    'Sign in with the address of your organisation.',
  ),
  refresh_token_missing: owner(
    'The provider gave no refresh token, so the connection would end within an hour.',
    "Remove this service on your provider's security page, then open a new link.",
  ),
  address_missing: owner(
    'The provider did not say which address this account has.',
    'Sign in with an account that has a mailbox.',
  ),
  browser_mismatch: owner(
    'The answer came back in another browser than the one that opened the link.',
    'Open a new link and stay in one browser until the end.',
  ),
  callback_invalid: owner(
    'The answer from the sign-in page does not belong to an open request.',
    'Open a new link and go through the sign-in once, from the start.',
  ),
  identity_invalid: operator(
    'The proof of identity that came with the sign-in is not valid.',
    'Open a new link. If it happens again, compare the clock of this server and the endpoint table.',
  ),
  code_refused: owner(
    'The provider refused the code that came back from its sign-in page: it is too old or was used before.',
    'Open a new link and go through the sign-in once, from the start.',
  ),
  not_stored: operator(
    'The connection could not be stored, so nothing was connected.',
    'Look into the log of the server, then open a new link.',
  ),
  session_expired: owner('The link was not used within its ten minutes.', 'Ask for a new link.'),

  // The grant
  grant_revoked: owner(
    'The provider no longer accepts the permission: it was withdrawn, it expired, or the password changed.',
    'Reconnect the mailbox.',
  ),
  grant_idle: owner('The permission ended because it was not used for 90 days.', 'Reconnect the mailbox.'),
  sign_in_required: owner(
    'The provider wants the mailbox owner to sign in again, for example with a second factor.',
    'Reconnect the mailbox and complete the sign-in.',
  ),
  session_control: administrator(
    'The organisation limits how long a sign-in lasts, so this permission ends again and again.',
    'Mark the OAuth client as trusted (exempt from session control), then reconnect the mailbox.',
  ),
  consent_required: owner(
    'The permission was never given, or new permissions were added since.',
    'Reconnect the mailbox.',
  ),
  admin_consent_required: administrator(
    'In this organisation only an administrator may approve the requested permissions.',
    'An administrator grants consent for the OAuth client; then the mailbox owner opens a new link.',
  ),
  blocked_by_policy: administrator(
    "The organisation's policy blocks this service or the place it runs at.",
    'Allow the OAuth client, or exclude it from the policy, in the administration of the organisation.',
  ),
  account_disabled: administrator(
    'The account is disabled, locked, or not assigned to this service.',
    'Enable or assign the account, then reconnect the mailbox.',
  ),
  account_not_found: owner(
    'The account does not exist in the organisation that was asked.',
    'Sign in with an account of the right organisation.',
  ),

  // The OAuth client
  client_secret_wrong: workspace(
    'The provider refuses the client secret of the OAuth client.',
    "Enter the secret's value (not its id) again, or make a new secret.",
  ),
  client_secret_expired: workspace(
    'The client secret of the OAuth client has expired.',
    'Make a new secret at the provider and enter it here; the mailboxes stay connected.',
  ),
  client_unknown: workspace(
    'The provider does not know the OAuth client, or it was deleted or disabled.',
    'Check the client id, the organisation and the cloud, or restore the registration.',
  ),
  client_misconfigured: workspace(
    'The registration of the OAuth client does not fit: redirect URI, account types or permissions.',
    'Compare the registration with the set-up list of this OAuth client.',
  ),

  // The provider and the way there
  provider_unavailable: wait('The provider does not answer at the moment.'),
  provider_rate_limited: wait('The provider limits how often it may be asked at the moment.'),
  provider_timeout: wait('The provider did not answer in time.'),
  provider_answer_unreadable: wait('The provider answered with something else than the protocol says.'),
  request_refused: operator(
    'The provider refuses the form of our request.',
    'Report this with the error text: it is a mistake in this software or in the endpoint table.',
  ),

  // The mail servers
  authentication_refused: owner(
    'The mail server refuses the access token for this address.',
    'Check that the account owns this address; otherwise reconnect the mailbox.',
  ),
  imap_disabled: administrator(
    'The sign-in works, but the mail server keeps the mailbox closed: IMAP is switched off or a licence is missing.',
    'Switch on IMAP for this mailbox and check its licence.',
  ),
  smtp_auth_disabled: administrator(
    'Sending by SMTP is switched off for this mailbox or the whole organisation.',
    'Switch on authenticated SMTP for this mailbox, or send through the API instead.',
  ),
  inbox_unavailable: administrator(
    'The sign-in works, but the inbox cannot be opened.',
    'Check that the account has a mailbox with an inbox.',
  ),
  mailbox_not_found: administrator(
    'This account has no mailbox at the provider.',
    'Give the account a mailbox licence, or connect another address.',
  ),
  api_not_enabled: workspace(
    "The mail API is not enabled in the OAuth client's project.",
    "Enable the API in the provider's console.",
  ),
  api_access_denied: administrator(
    'The provider denies access to the mailbox through its API.',
    'Check the granted permissions and the access policies of the organisation.',
  ),
  server_unreachable: wait('The mail server cannot be reached.'),
  server_timeout: wait('The mail server did not answer in time.'),
  server_busy: wait('The mail server asks to come back later.'),
  too_many_connections: wait(
    'The mailbox has too many open connections.',
    'Close other mail programs, or wait.',
  ),
  quota_exceeded: wait('The mailbox has used up its quota for now.', 'Wait up to 24 hours.'),
  tls_failed: operator(
    'No secure connection to the mail server could be made.',
    'Check the host, the port and the certificate in the endpoint table.',
  ),
  server_answer_unreadable: wait('The mail server answered with something unexpected.'),
} as const satisfies Record<string, VerdictText>;

export type ReasonCode = keyof typeof verdictTable;

/** The words for a reason. */
export const verdictOf = (code: ReasonCode): Verdict => ({ code, ...verdictTable[code] });

/** True for a stored or received text that is one of the reason codes. */
export const isReasonCode = (text: string): text is ReasonCode => Object.hasOwn(verdictTable, text);
