// The words of this code base. Code, API, pages and docs use these and no synonyms.
//
// workspace              isolation unit: owns API keys, OAuth clients, mailboxes. Not "tenant": that is
//                        Entra's (`entraTenantId`).
// customer               a workspace's own client.
// OAuth client           a registration at a provider (RFC 6749 section 2): shared by the installation or
//                        private to a workspace.
// grant type             how an OAuth client's tokens are obtained: `authorization_code` (a person consents),
//                        `jwt_bearer` (a service account acts for a domain), `client_credentials` (the client itself).
// credential             what an OAuth client authenticates with: secret, certificate, service account key.
//                        One is current, one may be next.
// examination            what was tried of an OAuth client's registration without a person.
// provider               a mail host: its authorization server and its mail servers.
// cloud                  one set of a provider's endpoints (Microsoft runs several, for governments and China).
// resource               the protected API that an access token is for, as a URL (RFC 8707).
// connect session        our invitation: one link, one person, one mailbox.
// setback                why a connect session came back without a mailbox and is not over.
// completion             what happens when the provider has said yes: result page, redirect, confirmation.
// authorization request  one redirect to the provider: state, PKCE verifier, nonce, redirect URI, scope;
//                        single use, ten minutes.
// subject                a person's stable identity: Google `iss`+`sub`, Microsoft `tid`+`oid`. The address is
//                        an attribute, not an identity.
// grant                  what the person allowed: subject + OAuth client + scope + refresh token + status.
// token set              access token + expiry + scope for one (grant, resource).
// mailbox                address + grant + settings. Its status is derived, never stored.
// shared mailbox         a mailbox without a sign-in of its own; its tokens are a delegate's.
// lost scopes            what the provider has stopped giving since the grant was made.
// transport              a way to reach a mailbox: imap, smtp, gmail_api, graph.
// verification           proof over each transport that the granted scopes allow.
// verdict                reason code + sentence + remedy + who must act.
// event                  one change of state, written in the transaction of the change.
// webhook endpoint       a URL that is told of events: those of a workspace, of the installation or of one connect session.
// delivery               one event for one webhook endpoint, with every attempt at it. Given up, it is a dead letter and
//                        can be replayed.
// audit entry            one change that somebody made: who, what, on what. Never changed; pruned by its age.
// keyring                the keys that seal secrets: the first one seals, all of them open.
// resealing              a pass that seals everything under the first key of the keyring.
// erasure                the removal of everything that names one person from a workspace.
// principal              who calls: API key, workspace, scopes.
// lease                  the right to refresh one grant, held by one process until a moment in time.
export {};
