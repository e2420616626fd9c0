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
  access_denied: owner(
    'The sign-in was cancelled on the consent page.',
    'Try again, with the same link or a new one, and choose Allow.',
  ),
  scope_missing: owner(
    'A permission that this service needs was left unticked on the consent page.',
    'Try again, with the same link or a new one, and leave every box ticked.',
  ),
  scope_lost: owner(
    'The provider no longer gives a permission that it gave before.',
    'Reconnect the mailbox; if that does not help, ask whether your administrator took the permission back.',
  ),
  wrong_mailbox: owner(
    'Another mailbox than the expected one was chosen.',
    'Try again, with the same link or a new one, and sign in with the expected address.',
  ),
  mailbox_in_other_workspace: workspace(
    'This mailbox is connected to another workspace.',
    'Disconnect it there first, or connect another mailbox.',
  ),
  address_held_by_other_account: workspace(
    'Another account is connected under this address.',
    'Name that mailbox when you connect (mailbox_id) if this account is to take its place; it keeps its id.',
  ),
  managed_account_required: owner(
    'Only accounts of an organisation (Google Workspace, Microsoft 365) can be connected here.',
    'Sign in with the address of your organisation.',
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
  session_expired: owner('The link was not used in time.', 'Ask for a new link.'),
  sign_in_interrupted: owner(
    'The sign-in was interrupted half-way, by a page that waited too long or by the back button.',
    'Open a new link, in another browser if it happens again, and go through to the end.',
  ),
  embedded_browser: owner(
    'The provider signs nobody in within the built-in browser of another program.',
    'Open the link in the ordinary browser of the device.',
  ),

  // The grant
  grant_revoked: owner(
    'The provider no longer accepts the permission: it was withdrawn, it expired, or the password changed.',
    'Reconnect the mailbox.',
  ),
  grant_testing_mode: workspace(
    'The permission ended after 7 days because the OAuth client is still in testing at Google.',
    'In the Google Cloud console under Google Auth Platform > Audience, choose Publish app; then reconnect the mailbox, because a permission given in testing keeps its 7 days.',
  ),
  /** The words while the core waits to ask again; a refusal that stays becomes `grant_revoked`. */
  grant_refused_once: wait(
    'The provider refused to renew the permission once, in words that it also uses when nothing is lost.',
    'Nothing to do; it is tried once more before the permission counts as ended.',
  ),
  grant_idle: owner('The permission ended because it was not used for 90 days.', 'Reconnect the mailbox.'),
  grant_ending_idle: workspace(
    'The permission is about to lapse: for weeks it could not be renewed.',
    'Find out why with a diagnosis of the mailbox (an OAuth client that is paused or refused stops all of its mailboxes) and mend that; if it cannot be mended before the end, reconnect the mailbox.',
  ),
  grant_ending_testing_mode: workspace(
    'The permission ends 7 days after it was given because the OAuth client is still in testing at Google.',
    'In the Google Cloud console under Google Auth Platform > Audience, choose Publish app; then reconnect the mailbox before the end, because a permission given in testing keeps its 7 days.',
  ),
  grant_ending_time_limited: owner(
    'The permission was given for a limited time, which is almost over.',
    'Reconnect the mailbox before the end, and choose access without a time limit where the consent page offers it.',
  ),
  sign_in_required: owner(
    'The provider wants the mailbox owner to sign in again, for example with a second factor.',
    'Reconnect the mailbox and complete the sign-in.',
  ),
  password_expired: owner(
    'The password of the account has expired.',
    'Set a new password on the sign-in page of the organisation, then reconnect the mailbox.',
  ),
  session_control: administrator(
    'The organisation limits how long a sign-in lasts, so this permission ends again and again.',
    'In the Google Admin console under Security > Google Cloud session control, exempt trusted apps and mark the OAuth client as Trusted; then reconnect the mailbox.',
  ),
  sign_in_frequency: administrator(
    'A policy of the organisation wants a new sign-in after a set time, so this permission ends again and again.',
    'In the Entra admin center under Protection > Conditional Access, exclude the app from the policy that sets the sign-in frequency; then reconnect the mailbox.',
  ),
  consent_required: owner(
    'The permission was never given, or new permissions were added since.',
    'Reconnect the mailbox. If the page asks for an administrator, send that administrator the consent link.',
  ),
  admin_consent_required: administrator(
    'In this organisation only an administrator may approve the requested permissions.',
    'In the Entra admin center under Enterprise applications > the app > Permissions, choose Grant admin consent, or use the consent link; then the mailbox owner goes on with the link that they have.',
  ),
  blocked_by_policy: administrator(
    "The organisation's policy blocks this service or the place it runs at.",
    "In the organisation's admin console, where the access of apps is managed (Security > API controls, or Enterprise applications), trust or enable this app and allow its sign-in.",
  ),
  conditional_access: administrator(
    'A Conditional Access policy of the organisation blocks the sign-in of this service.',
    'In the Entra admin center under Sign-in logs, open the failed sign-in and its Conditional Access tab; exclude the app from that policy, or allow the network that this service calls from; then reconnect the mailbox.',
  ),
  security_defaults: administrator(
    'The security defaults of the organisation, or another rule for sign-ins, keep this kind of sign-in out.',
    'In the Entra admin center under Overview > Properties, look at the security defaults, and at Sign-in logs for the rule; replace them by Conditional Access that admits this app, or send through the API instead.',
  ),
  account_at_risk: administrator(
    'The organisation blocks the account because its sign-ins look risky.',
    'In the Entra admin center under Protection > Risky users, confirm the account as safe or reset its password; then reconnect the mailbox.',
  ),
  account_disabled: administrator(
    'The account is disabled in its organisation.',
    'Enable the account in the administration of the organisation, then reconnect the mailbox.',
  ),
  account_locked: administrator(
    'The account is locked for a while: too many wrong passwords, or a sign-in from an address of ill repute.',
    'Wait an hour and reconnect the mailbox. If it stays locked, an administrator unblocks the account and checks the network that this service calls from.',
  ),
  user_not_assigned: administrator(
    'The organisation lets only assigned people use this service, and this account is not one of them.',
    'In the Entra admin center under Enterprise applications > the app > Users and groups, assign the account, or switch off Assignment required in Properties.',
  ),
  mail_service_missing: administrator(
    'The organisation does not have the mail service that the permission is for.',
    'Give the organisation a licence with Exchange Online, then grant consent for the app again.',
  ),
  account_not_found: owner(
    'The account does not exist in the organisation that was asked.',
    'Sign in with an account of the right organisation.',
  ),

  // Access that an administrator gave, without a person
  delegation_missing: administrator(
    'The organisation has not delegated this access to the service account, or not with these scopes.',
    'In the Google Admin console under Security > API controls > Domain-wide delegation, add the numeric client id of the service account with exactly the scopes that the set-up list names.',
  ),
  service_account_unknown: workspace(
    'The provider does not accept the service account or its key.',
    'In the Google Cloud console under IAM > Service accounts, check that the account and this key exist, then upload a new key here.',
  ),
  app_only_not_allowed: administrator(
    'The app may sign in without a person, but Exchange does not let it into this mailbox.',
    'In Exchange Online PowerShell, run New-ServicePrincipal with the object id of the enterprise application (not of the app registration), then Add-MailboxPermission with FullAccess for this mailbox. It can take up to an hour to count.',
  ),
  shared_mailbox_refused: administrator(
    'The account that signed in may not open this shared mailbox.',
    'In the Exchange admin center under Mailboxes > the shared mailbox > Delegation, give the account Full Access and Send As; check the address too.',
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
  mailbox_switched_off: workspace(
    'The mailbox is switched off here, so it gives no tokens and is not verified.',
    'Switch it on again; nobody has to sign in for that.',
  ),
  client_secret_expiring: workspace(
    'The credential of the OAuth client ends within thirty days.',
    'Make a new one at the provider and enter it here as the next one; it takes over without a gap.',
  ),
  client_secret_end_unknown: workspace(
    'Nobody has entered when the client secret ends, so nobody can be warned of it.',
    'Look its end up at the provider and enter it here (client_secret_expires_at).',
  ),
  test_mailbox_needed: workspace(
    'Whether a mailbox can be opened this way cannot be told without one.',
    'Connect a test mailbox with this OAuth client.',
  ),
  client_unknown: workspace(
    'The provider does not know the OAuth client, or it was deleted or disabled.',
    'Check the client id, the organisation and the cloud, or restore the registration.',
  ),
  client_misconfigured: workspace(
    'The registration of the OAuth client does not fit: redirect URI, account types or permissions.',
    'Compare the registration with the set-up list of this OAuth client.',
  ),
  redirect_uri_mismatch: workspace(
    'The redirect URI of this service is not registered for the OAuth client.',
    'Copy the redirect URI from the set-up list of this OAuth client, character by character, into its registration at the provider (platform Web, or Authorized redirect URIs).',
  ),
  client_registered_as_spa: workspace(
    'The permission ended after 24 hours because the redirect URI is registered for a single-page application.',
    'In the Entra admin center under App registrations > the app > Authentication, move the redirect URI to the platform Web; then reconnect the mailbox.',
  ),
  client_single_tenant: workspace(
    'The OAuth client is registered for one organisation only, but was used for any.',
    'Enter the id of that organisation for this OAuth client here, or under App registrations > the app > Authentication choose accounts in any organisational directory.',
  ),
  account_type_refused: workspace(
    'The registration of the OAuth client does not take this kind of account, personal or of an organisation.',
    'In the Entra admin center under App registrations > the app > Authentication, choose the supported account types that include it, or sign in with an account of the other kind.',
  ),
  client_internal_only: workspace(
    'The OAuth client is open to the accounts of its own organisation alone.',
    'Sign in with an account of that organisation, or in the Google Cloud console under Google Auth Platform > Audience make the app External.',
  ),
  permission_not_offered: workspace(
    'The OAuth client asks for a permission that its registration does not list or that the service does not offer.',
    'In the Entra admin center under App registrations > the app > API permissions, remove what is not offered and add the permissions that the set-up list names.',
  ),
  unverified_app: workspace(
    'Google has not verified the OAuth client for access to mail, or its 100 people are used up.',
    'In the Google Cloud console under Google Auth Platform, submit the app for verification or add the address to the test users; an Internal app or a service account needs no verification.',
  ),
  consent_rate_limited: wait(
    'Too many new people approved this OAuth client in a short time.',
    'Wait until tomorrow and open a new link; a higher limit can be asked for in the Google Cloud console.',
  ),
  client_assertion_refused: workspace(
    'The provider refuses the certificate with which the OAuth client signs.',
    'Under App registrations > the app > Certificates & secrets, upload the certificate that belongs to the private key stored here, and check that it has not expired.',
  ),
  oauth_client_deleted: workspace(
    'The OAuth client of this mailbox was deleted here.',
    'Reconnect the mailbox with another OAuth client.',
  ),
  tenant_unknown: workspace(
    'The provider knows no organisation by the id or the domain that this OAuth client has.',
    'Copy the tenant id from the Entra admin center under Overview, and check that the cloud is the right one.',
  ),
  wrong_cloud: workspace(
    'The account lives in another national cloud of the provider than this OAuth client is registered in.',
    'Register the app in the cloud of the organisation and choose that cloud for the OAuth client here.',
  ),
  credential_unavailable: operator(
    'The credential of the OAuth client could not be read: it is kept outside this service, or sealed under a key that is not here.',
    'Check that the named file, variable or command gives the credential, or that the keyring has every key; the log says what went wrong. If the key is lost, enter the credential anew. The mailboxes stay connected.',
  ),

  // The provider and the way there
  provider_unavailable: wait('The provider does not answer at the moment.'),
  provider_rate_limited: wait('The provider limits how often it may be asked at the moment.'),
  provider_timeout: wait('The provider did not answer in time.'),
  gateway_busy: wait(
    'This service has as many calls to the provider under way as it allows itself, and as many waiting.',
    'Ask again in a few seconds; if it lasts, the operator can raise the budgets of calls to providers.',
  ),
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
    'Exchange: run Set-CASMailbox for this mailbox with -ImapEnabled $true, and check the licence. Google: in the Admin console under Apps > Google Workspace > Gmail > End user access, switch on IMAP.',
  ),
  imap_switched_off_personal: owner(
    'The sign-in works, but IMAP is switched off in the settings of this Outlook.com mailbox.',
    'In Outlook.com under Settings > Mail > Forwarding and IMAP, switch on Let devices and apps use IMAP.',
  ),
  smtp_auth_disabled: administrator(
    'Sending by SMTP is switched off for this mailbox or the whole organisation.',
    'In Exchange Online PowerShell, run Set-CASMailbox for this mailbox with -SmtpClientAuthenticationDisabled $false and wait up to an hour, or send through the API instead.',
  ),
  basic_auth_refused: workspace(
    'The mail server was offered a password and takes none.',
    'Use the access token with XOAUTH2 in the mail program; a password or an app password no longer works.',
  ),
  send_as_denied: administrator(
    'The account may not send under this address.',
    'In the Exchange admin center under Mailboxes > the mailbox > Delegation, give the account Send As, or send from its own address.',
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
    'In the Google Cloud console under APIs & Services > Library, enable the Gmail API in the project of the OAuth client.',
  ),
  api_access_denied: administrator(
    'The provider denies access to the mailbox through its API.',
    'Check the granted permissions and, in Exchange Online, the application access policies (Get-ApplicationAccessPolicy).',
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
