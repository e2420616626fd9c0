// A mailbox in Warmy's words. The vendor's reply to a read is documented by its clients only: these are the members
// that they use, and nothing that this server does not know is made up.
import { type MailboxWithGrant, type ReasonCode, statusOf, verdictOf } from '../../../core/index.ts';
import { ownSettings } from './settings.ts';

/** Said wherever a client looks for warm-up: nothing is pretended. */
export const noWarmup = 'This server keeps the mailbox connected; it sends no warm-up traffic.';

export const providerNames = { google: 'oauth_google', microsoft: 'oauth_outlook' } as const;

/** Other spellings under which clients filter. */
const providerAliases: Readonly<Record<string, keyof typeof providerNames>> = {
  oauth_google: 'google',
  google: 'google',
  gsuite: 'google',
  gmail: 'google',
  oauth_outlook: 'microsoft',
  outlook: 'microsoft',
  outlookbusiness: 'microsoft',
  microsoft: 'microsoft',
};

export const providerOf = (name: string): keyof typeof providerNames | null => {
  const key = name.toLowerCase();
  return (Object.hasOwn(providerAliases, key) ? providerAliases[key] : undefined) ?? null;
};

/** Warmy's words for the condition of a mailbox, as far as they can arise here. */
type StateKey =
  | 'reconnect'
  | 'credentials'
  | 'imap'
  | 'folder'
  | 'quota'
  | 'server'
  | 'invalid_email'
  | 'critical'
  | 'temporary'
  | 'not_active';

const stateKeys: Partial<Record<ReasonCode, StateKey>> = {
  scope_missing: 'reconnect',
  authentication_refused: 'credentials',
  api_access_denied: 'credentials',
  app_only_not_allowed: 'credentials',
  shared_mailbox_refused: 'credentials',
  api_not_enabled: 'credentials',
  wrong_mailbox: 'invalid_email',
  mailbox_not_found: 'invalid_email',
  imap_disabled: 'imap',
  imap_switched_off_personal: 'imap',
  smtp_auth_disabled: 'server',
  inbox_unavailable: 'folder',
  quota_exceeded: 'quota',
  server_unreachable: 'server',
  server_answer_unreadable: 'server',
};

type State = { key: StateKey; description: string };

/** A live connection is `not_active`, because the warm-up that Warmy would run is not. */
export function stateOf(joined: MailboxWithGrant): State {
  const { status, reason } = statusOf(joined);
  if (reason !== null) {
    const { sentence, remedy, healsItself } = verdictOf(reason);
    const other = healsItself ? 'temporary' : 'critical';
    const key = status === 'needs_reauthorization' ? 'reconnect' : (stateKeys[reason] ?? other);
    return { key, description: `${sentence} ${remedy}` };
  }
  if (status === 'disabled') return { key: 'not_active', description: 'The mailbox is switched off here.' };
  const { oauthClient } = joined;
  if (oauthClient.status === 'paused') {
    const { sentence, remedy } = verdictOf(oauthClient.pausedReason ?? 'client_misconfigured');
    return { key: 'credentials', description: `${sentence} ${remedy}` };
  }
  if (status === 'verifying') {
    return { key: 'temporary', description: 'The connection is being verified.' };
  }
  return { key: 'not_active', description: noWarmup };
}

/** What the workspace asked for by `update_state`; what runs is `status` and `warmup_active`. */
export const wantedState = ({ mailbox }: MailboxWithGrant): 'active' | 'paused' =>
  mailbox.settings.warmup.wanted ? 'active' : 'paused';

export function mailboxReply(joined: MailboxWithGrant) {
  const { mailbox } = joined;
  const { warmup } = mailbox.settings;
  const own = ownSettings(mailbox.settings);
  const { key, description } = stateOf(joined);
  const state = wantedState(joined);
  const setting = {
    id: mailbox.number,
    speed_mode: own.speedMode,
    setting_mode: own.settingMode,
    user_max_limit: warmup.messagesPerDay,
    increase_per_day: warmup.rampUpPerDay,
    reply_rate: warmup.replyRatePercent,
    start_on_day_one: own.startOnDayOne,
  };
  return {
    id: mailbox.number,
    email: mailbox.email,
    from_name: mailbox.name,
    provider: providerNames[mailbox.provider],
    status: state === 'paused' ? 'paused' : 'inactive',
    state,
    state_key: key,
    state_description: description,
    warmup_active: false,
    deliverability: null,
    dns_score: null,
    isp_score: null,
    temperature: null,
    sent_today: 0,
    received_today: 0,
    sending_limit: warmup.messagesPerDay,
    spf: null,
    dkim: null,
    dmarc: null,
    group_id: own.groupId,
    holder_uid: mailbox.customer,
    tariff_plan_type_id: own.tariffPlanTypeId,
    // The vendor's requests say `setting_attributes`; which of the two its replies say is not known.
    setting,
    settings: setting,
    created_at: new Date(mailbox.createdAt).toISOString(),
    updated_at: new Date(mailbox.updatedAt).toISOString(),
  };
}

export const simpleReply = ({ mailbox }: MailboxWithGrant) => ({ id: mailbox.number, email: mailbox.email });

/** The reply to every write. */
export const writeReply = (message: string, mailbox: MailboxWithGrant['mailbox']) => ({
  message: [message],
  data: { id: mailbox.number, tariff_plan_type_id: ownSettings(mailbox.settings).tariffPlanTypeId },
});
