// What a set-up list is made of. A step is one place in a provider's console, what to do there in sentences, and the
// exact texts to paste; it names the verdicts that it repairs, so that whoever reads a verdict finds the step.
import type { ReasonCode } from '../diagnosis.ts';
import type { GrantType, OAuthClient, ProviderName } from '../oauth-clients.ts';
import type { ProviderKnowledge } from '../ports.ts';

/** Stable: programs and pages refer to a step by it. */
export type SetUpStepName =
  | 'project'
  | 'branding'
  | 'audience'
  | 'scopes'
  | 'api'
  | 'client'
  | 'service_account'
  | 'registration'
  | 'permissions'
  | 'credential'
  | 'enter_here'
  | 'redirect_uri'
  | 'delegation'
  | 'trusted'
  | 'admin_consent'
  | 'service_principal'
  | 'mailbox_access'
  | 'mail_protocols'
  | 'examination';

/** `value` is to be pasted letter by letter. */
export type SetUpValue = { label: string; value: string };

export type SetUpStep = {
  step: SetUpStepName;
  title: string;
  /** The place in the provider's console, in the console's own words. */
  where: string;
  what: string[];
  values: SetUpValue[];
  /** The console's page; null where there is none that an address leads to. */
  url: string | null;
  /** The verdicts that this step repairs. */
  remedyFor: ReasonCode[];
};

export type SetUpList = {
  /** Null = no such OAuth client yet: the values are placeholders in angle brackets. */
  oauthClientId: string | null;
  provider: ProviderName;
  grantType: GrantType;
  steps: SetUpStep[];
};

/** What the steps are computed from. */
export type Registration = {
  client: OAuthClient;
  redirectUri: string;
  /** False while the client exists in the console only. */
  isEntered: boolean;
  provider: ProviderKnowledge;
};
