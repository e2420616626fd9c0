// What Entra says when something is wrong, at the token endpoint, in callbacks and on its pages. Sentences that people
// quote are kept as they are; the others are ours. Every known number by itself is in aadsts.ts.
import {
  administrator,
  type EntraError,
  entraDescription,
  entraReply,
  operator,
  owner,
  wait,
  workspace,
} from './expectations.ts';
import type { CallbackCase, Expectation, FailureKind, PageCase, SaidCase, TokenCase } from './types.ts';

type Refused = EntraError & Pick<TokenCase, 'symptom' | 'expect'> & Partial<TokenCase>;

const refused = (id: string, code: number, kind: FailureKind, facts: Refused): TokenCase => {
  const { error, sentence, suberror, status, ...others } = facts;
  const said = { error, sentence, ...(suberror && { suberror }), ...(status && { status }) };
  return { provider: 'microsoft', said: 'refresh', id, kind, reply: entraReply(code, said), ...others };
};

const sentBack = (
  id: string,
  code: number,
  facts: { error: string; sentence: string; symptom: string; expect: Expectation; subcode?: string },
): CallbackCase => ({
  provider: 'microsoft',
  said: 'callback',
  id,
  symptom: facts.symptom,
  parameters: {
    error: facts.error,
    error_description: entraDescription(code, facts.sentence),
    ...(facts.subcode === undefined ? {} : { error_subcode: facts.subcode }),
  },
  expect: facts.expect,
});

const shown = (id: string, page: string, symptom: string, expect: Expectation): PageCase => ({
  provider: 'microsoft',
  said: 'page',
  id,
  symptom,
  status: 400,
  page,
  expect,
});

const twoFactor =
  'Due to a configuration change made by your administrator, you must use multi-factor authentication.';

export const microsoftCases: readonly SaidCase[] = [
  refused('M1', 700082, 'grant', {
    symptom: 'A mailbox that nobody used stops after 90 days.',
    error: 'invalid_grant',
    suberror: 'bad_token',
    sentence:
      'The refresh token has expired due to inactivity. The token was issued on 2026-08-23T10:00:00.0000000Z and was inactive for 90.00:00:00.',
    expect: owner('grant_idle'),
  }),
  refused('M2', 700084, 'grant', {
    symptom: 'Every mailbox of one OAuth client stops 24 hours after it was connected.',
    error: 'invalid_grant',
    sentence:
      'The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00.',
    expect: workspace('client_registered_as_spa'),
  }),
  refused('M3', 50173, 'grant', {
    symptom: 'A mailbox stops after an administrator reset the password or ended all sessions.',
    error: 'invalid_grant',
    suberror: 'bad_token',
    sentence: 'The provided grant has expired due to it being revoked, a fresh auth token is needed.',
    expect: owner('grant_revoked'),
  }),
  ...(['bad_token', undefined] as const).map((suberror) =>
    refused(suberror === undefined ? 'M4/bare' : 'M4', 70000, 'grant', {
      symptom: 'A personal mailbox is refused a new token, now and then without a cause.',
      error: 'invalid_grant',
      ...(suberror && { suberror }),
      sentence: "The provided value for the input parameter 'refresh_token' or 'assertion' is not valid.",
      isDoubtful: true,
      expect: owner('grant_revoked'),
      later: {
        ...wait('grant_refused_once'),
        when: 'it was the first refusal: it is asked once more, later',
      },
    }),
  ),
  ...[70043, 70044].map((code) =>
    refused(`M5/${code}`, code, 'grant', {
      symptom: 'A mailbox of an organisation stops again and again after a set time.',
      error: 'invalid_grant',
      suberror: 'bad_token',
      sentence:
        'The session or the refresh token has expired due to sign-in frequency checks by conditional access.',
      expect: administrator('sign_in_frequency'),
    }),
  ),
  ...[50076, 50078, 50079].map((code) =>
    refused(`M6/${code}`, code, 'grant', {
      symptom: 'A mailbox stops when the organisation begins to ask for a second factor.',
      error: 'invalid_grant',
      suberror: 'basic_action',
      sentence: twoFactor,
      expect: owner('sign_in_required'),
    }),
  ),
  refused('M6/interaction', 50076, 'grant', {
    symptom: 'The same, under another error.',
    error: 'interaction_required',
    suberror: 'basic_action',
    sentence: twoFactor,
    expect: owner('sign_in_required'),
  }),
  ...[53003, 53000, 53001].map((code) =>
    refused(`M7/${code}`, code, 'grant', {
      symptom: 'A policy of the organisation blocks this app, its network, or a device that is not managed.',
      error: 'interaction_required',
      suberror: 'message_only',
      sentence:
        'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
      expect: administrator('conditional_access'),
    }),
  ),
  refused('M7/530035', 530035, 'grant', {
    symptom: 'The security defaults of the organisation block the sign-in.',
    error: 'interaction_required',
    sentence: 'Access has been blocked by security defaults.',
    expect: administrator('security_defaults'),
  }),
  refused('M8/token', 65001, 'grant', {
    symptom: 'A new permission was never agreed to.',
    error: 'invalid_grant',
    suberror: 'consent_required',
    sentence: 'The user or administrator has not consented to use the application.',
    expect: owner('consent_required'),
  }),
  sentBack('M8/callback', 65001, {
    symptom: 'The same, at the sign-in.',
    error: 'consent_required',
    sentence: 'The user or administrator has not consented to use the application.',
    expect: owner('consent_required'),
  }),
  shown(
    'M8/page',
    'Need admin approval',
    'People may not approve the app themselves, and the page asks for an administrator.',
    administrator('admin_consent_required'),
  ),
  ...[90094, 90095].map((code) =>
    sentBack(`M8/${code}`, code, {
      symptom: 'The person comes back from a page that asks for an administrator.',
      error: 'access_denied',
      sentence: 'Admin consent is required for the permissions requested by this application.',
      expect: administrator('admin_consent_required'),
    }),
  ),
  sentBack('M9', 65004, {
    symptom: 'The person presses Cancel on the consent page.',
    error: 'access_denied',
    subcode: 'cancel',
    sentence: 'User declined to consent to access the app.',
    expect: owner('access_denied'),
  }),
  sentBack('M10', 65006, {
    symptom: 'The sign-in ends with a permission that the mail service does not know.',
    error: 'invalid_client',
    sentence: 'The application requested permissions that the resource does not offer.',
    expect: workspace('permission_not_offered'),
  }),
  ...(['refresh', 'code'] as const).map((said) =>
    refused(`M11/${said}`, 7000222, 'oauth_client', {
      said,
      symptom: 'All mailboxes of one OAuth client stop at once, months after its secret was made.',
      error: 'invalid_client',
      sentence: "The provided client secret keys for app '00001111-aaaa-2222-bbbb-3333cccc4444' are expired.",
      expect: workspace('client_secret_expired'),
    }),
  ),
  ...(['refresh', 'code'] as const).map((said) =>
    refused(`M12/${said}`, 7000215, 'oauth_client', {
      said,
      symptom: "Nothing works with a new OAuth client: the secret's id was entered in place of its value.",
      error: 'invalid_client',
      sentence:
        'Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.',
      expect: workspace('client_secret_wrong'),
    }),
  ),
  shown(
    'M13',
    "AADSTS700016: Application with identifier '00001111-aaaa-2222-bbbb-3333cccc4444' was not found in the directory",
    "Microsoft's page does not know the client id in this directory.",
    workspace('client_unknown'),
  ),
  shown(
    'M14/page',
    'AADSTS50194: Application is not configured as a multi-tenant application. Usage of the /common endpoint is not supported',
    "Microsoft's page refuses an app that is registered for one organisation.",
    workspace('client_single_tenant'),
  ),
  refused('M14/refresh', 50194, 'request', {
    symptom: 'Mailboxes connect, and get no new token afterwards.',
    error: 'invalid_request',
    sentence:
      "Application '00001111-aaaa-2222-bbbb-3333cccc4444' is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps.",
    expect: workspace('client_single_tenant'),
  }),
  refused('M15/reply', 7000012, 'request', {
    symptom: 'A refresh token is offered to another directory than its own.',
    error: 'invalid_grant',
    sentence: 'The grant was obtained for a different tenant.',
    expect: operator('request_refused'),
  }),
  shown(
    'M16',
    "AADSTS50020: User account 'ann@outlook.com' from identity provider 'live.com' does not exist in tenant",
    'A personal or a guest account signs in to an app of one organisation.',
    owner('account_not_found'),
  ),
  shown(
    'M17',
    'AADSTS50011: The redirect URI specified in the request does not match the redirect URIs configured for the application',
    "Microsoft's page does not know where to send people back to.",
    workspace('redirect_uri_mismatch'),
  ),
  refused('M17/code', 500112, 'request', {
    said: 'code',
    symptom: 'The same, at the exchange of the code.',
    error: 'invalid_grant',
    sentence:
      'The reply address does not match the reply address provided when requesting the authorization code.',
    expect: workspace('redirect_uri_mismatch'),
  }),
  ...[28000, 70011, 700022].map((code) =>
    refused(`M18/${code}`, code, 'request', {
      symptom: 'One token is asked for two services.',
      error: 'invalid_scope',
      sentence:
        'The provided value for the input parameter scope is not valid: it contains more than one resource.',
      expect: operator('request_refused'),
    }),
  ),
  refused('M19/reply', 54005, 'grant', {
    said: 'code',
    symptom: 'The browser calls back twice.',
    error: 'invalid_grant',
    sentence:
      'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
    expect: owner('callback_invalid'),
  }),
  refused('M20', 50196, 'transient', {
    symptom: 'A mailbox is refused as if it were dead, after many equal requests.',
    error: 'invalid_grant',
    sentence: 'The server terminated an operation because it encountered a client request loop.',
    waitsAtLeast: 300,
    expect: wait('provider_rate_limited'),
  }),
  ...[90055, 50033, 90006, 90012, 90024, 90033, 40010].map((code) =>
    refused(`M21/${code}`, code, 'transient', {
      symptom: 'Microsoft has trouble that passes.',
      error: code === 90055 ? 'invalid_request' : 'temporarily_unavailable',
      sentence: 'A transient error has occurred. Please try again.',
      expect: wait(code === 90055 ? 'provider_rate_limited' : 'provider_unavailable'),
    }),
  ),
  {
    provider: 'microsoft',
    said: 'refresh',
    id: 'M21/429',
    symptom: 'Microsoft limits how often it may be asked.',
    kind: 'transient',
    reply: { status: 429, headers: { 'retry-after': '17' }, body: '' },
    waitsAtLeast: 17,
    expect: wait('provider_rate_limited'),
  },
  {
    provider: 'microsoft',
    said: 'refresh',
    id: 'M21/502',
    symptom: 'A page stands where the token answer should be.',
    kind: 'transient',
    reply: {
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: '<html><head><title>502 Bad Gateway</title></head></html>',
    },
    expect: wait('provider_unavailable'),
  },
  refused('M22/50105', 50105, 'grant', {
    symptom: 'The organisation lets only assigned people use the app.',
    error: 'invalid_grant',
    sentence:
      'Your administrator has configured the application to block users unless they are specifically granted access.',
    expect: administrator('user_not_assigned'),
  }),
  refused('M22/50057', 50057, 'grant', {
    symptom: 'The account was disabled.',
    error: 'invalid_grant',
    sentence: 'The user account is disabled.',
    expect: administrator('account_disabled'),
  }),
  shown(
    'M32/page',
    'use your work or school account',
    'A personal account meets an app that is registered for work accounts only.',
    workspace('account_type_refused'),
  ),
];
