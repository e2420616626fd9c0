// save-oauth: an account whose tokens the caller obtained. The core refreshes them and logs in before anything is
// stored. The same call again, or one with `id`, updates the account that is there.
import {
  GatewayError,
  type ImportOutcome,
  type ImportRequest,
  type MailboxWithGrant,
  type ReasonCode,
  verdictOf,
} from '../../../core/index.ts';
import { accountTypes } from './account.ts';
import { accountNotFound, invalid, isNotFound, SmartleadError } from './errors.ts';
import { type Fields, fieldsOf, idRange } from './fields.ts';
import type { Call } from './operation.ts';
import { customerOf, mailSettings, type OwnMembers, surfaceName, warmupSettings } from './settings.ts';

/** Refresh and logins together; programs give up after 15. */
const wholeSeconds = 9;
/** With less than this left a second OAuth client is not asked. */
const attemptSecondsMin = 2;
const retrySeconds = 30;
const tokenRefused = 'Invalid or expired OAuth token';

type Owner = 'workspace' | 'installation';
type AccountType = (typeof accountTypes)[keyof typeof accountTypes];
type Refusal = Extract<ImportOutcome, { ok: false }>;
type Failure = { owner: Owner; refusal: Refusal; words: string };

type SaveRequest = {
  type: AccountType;
  id: number | null;
  email: string;
  useWhitelabelCredentials: boolean;
  imported: Omit<ImportRequest, 'oauthClient' | 'mailboxId' | 'withinSeconds'>;
};

export async function saveOAuth(call: Call): Promise<unknown> {
  const request = requestOf(call.fields());
  const before = request.id === null ? null : await existing(call, request.id);
  if (before && before.mailbox.email !== request.email) {
    throw new SmartleadError(400, 'from_email must be the address of the account with this id', {
      members: { emailAccountId: before.mailbox.number },
    });
  }
  if (request.imported.refreshToken === '') {
    throw new SmartleadError(400, tokenRefused, { members: { error: 'The token has no refresh_token.' } });
  }
  const end = call.core.now() + wholeSeconds * 1000;
  const failures: Failure[] = [];
  for (const owner of clientOrder(request)) {
    const withinSeconds = (end - call.core.now()) / 1000;
    if (failures.length > 0 && withinSeconds < attemptSecondsMin) break;
    const outcome = await attempt(call, {
      ...request.imported,
      oauthClient: { kind: 'chosen', owner },
      mailboxId: before?.mailbox.id ?? null,
      withinSeconds,
    });
    if (outcome.ok) return saved(outcome);
    failures.push({ owner, refusal: outcome, words: wordsOf(outcome, owner, request.type) });
    if (!anotherClientMayFit(outcome)) break;
  }
  throw refused(failures, before);
}

/** The one that is named, then the other: whichever the tokens were given to can refresh them. */
const clientOrder = ({ useWhitelabelCredentials }: SaveRequest): readonly Owner[] =>
  useWhitelabelCredentials ? ['workspace', 'installation'] : ['installation', 'workspace'];

function requestOf(fields: Fields): SaveRequest {
  const name = fields.text('from_name', { max: 256 });
  const email = fields.email('from_email').toLowerCase();
  const username = fields.text('username', { max: 320 });
  const type = fields.oneOf('type', [accountTypes.google, accountTypes.microsoft]);
  const { scope, refreshToken } = tokenOf(fieldsOf(fields.object('token'), 'token'));
  const warmup = warmupSettings(fields, { strict: false });
  const useWhitelabelCredentials = fields.boolean('use_whitelabel_credentials');
  const own: OwnMembers = { username, useWhitelabelCredentials };
  return {
    type,
    email,
    useWhitelabelCredentials,
    id: fields.optionalWhole('id', idRange) ?? null,
    imported: {
      provider: type === accountTypes.google ? 'google' : 'microsoft',
      refreshToken,
      scope,
      email,
      name,
      customer: customerOf(fields) ?? null,
      externalId: null,
      settings: { ...mailSettings(fields), warmup, dialects: { [surfaceName]: own } },
      exclusive: true,
    },
  };
}

/**
 * What a provider's library leaves in the object (`expiry`, `expires_in`, `id_token` ...) is well, and not looked
 * at. `expiry_date` must be there and may be past: the token is refreshed in any case.
 */
function tokenOf(token: Fields): { scope: string | null; refreshToken: string } {
  const scope = token.text('scope', { max: 8192 });
  const tokenType = token.text('token_type', { max: 64 });
  if (tokenType.toLowerCase() !== 'bearer') throw invalid('token.token_type must be Bearer');
  token.number('expiry_date');
  token.optionalText('access_token', { max: 32_768 });
  return {
    scope: namedScope(scope),
    refreshToken: token.optionalText('refresh_token', { max: 32_768 }) ?? '',
  };
}

/** Null = to be found out: Entra's `.default` names no scope, but whatever the person has consented to. */
const namedScope = (scope: string): string | null =>
  scope.split(/\s+/).some((word) => word.toLowerCase().endsWith('/.default')) ? null : scope;

async function existing({ core, principal }: Call, number: number): Promise<MailboxWithGrant> {
  return core.mailboxes.readByNumber(principal, number).catch((error: unknown) => {
    // Not 404: programs take that for a wrong base URL here.
    if (!isNotFound(error)) throw error;
    const { message } = accountNotFound();
    throw new SmartleadError(400, message, {
      members: { errorCode: 'ACCOUNT_NOT_FOUND', emailAccountId: number },
    });
  });
}

/** A paused OAuth client is one that cannot refresh, like one that is refused now. */
async function attempt({ core, principal }: Call, request: ImportRequest): Promise<ImportOutcome> {
  try {
    return await core.imports.import(principal, request);
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'oauth_client_paused') throw error;
    return { ok: false, reason: 'client_misconfigured', provider: null, results: [] };
  }
}

function saved({ mailbox, results }: Extract<ImportOutcome, { ok: true }>): unknown {
  const isProved = (wanted: string): boolean =>
    results.some(({ transport, ok }) => transport === wanted && ok);
  return {
    ok: true,
    message: 'OAuth account added successfully',
    data: {
      id: mailbox.number,
      from_email: mailbox.email,
      type: accountTypes[mailbox.provider],
      is_smtp_success: isProved('smtp'),
      is_imap_success: isProved('imap'),
    },
  };
}

/** Reasons that lie in the mailbox or the consent: with another client they would be the same. */
const settled: readonly ReasonCode[] = [
  'wrong_mailbox',
  'address_missing',
  'mailbox_in_other_workspace',
  'scope_missing',
];

const anotherClientMayFit = ({ reason, results }: Refusal): boolean =>
  results.length === 0 && !verdictOf(reason).healsItself && !settled.includes(reason);

const isMissingClient = ({ reason, provider }: Refusal): boolean =>
  reason === 'client_unknown' && provider === null;

function wordsOf(refusal: Refusal, owner: Owner, type: AccountType): string {
  if (!isMissingClient(refusal)) return verdictOf(refusal.reason).sentence;
  return owner === 'workspace'
    ? `This workspace has no OAuth client of its own for ${type}.`
    : `This installation has no shared OAuth client for ${type}.`;
}

/** An outage is 503 and worth a retry; what the provider or the mail server refused is 400 and is not. */
function refused(failures: readonly Failure[], before: MailboxWithGrant | null): SmartleadError {
  const last = failures.at(-1);
  if (!last) throw new Error('no OAuth client was tried');
  const { reason, results } = last.refusal;
  const { sentence, healsItself } = verdictOf(reason);
  const emailAccountId = before?.mailbox.number ?? null;
  if (healsItself) return new SmartleadError(503, sentence, { retryAfterSeconds: retrySeconds });
  if (reason === 'mailbox_in_other_workspace') {
    return new SmartleadError(400, 'Email account already added by other user.', {
      members: { errorCode: 'ACCOUNT_ALREADY_EXIST', emailAccountId: null },
    });
  }
  // That the client which was not named is missing explains nothing.
  const telling = failures.filter(({ refusal }, index) => index === 0 || !isMissingClient(refusal));
  const hasNoClient = failures.every(({ refusal }) => isMissingClient(refusal));
  const words = (hasNoClient ? failures : telling).map((failure) => failure.words);
  const error = [...new Set(words)].join(' ');
  if (results.length > 0) {
    const members = { errorCode: 'ACCOUNT_VERIFICATION_FAILED', emailAccountId, error };
    return new SmartleadError(400, sentence, { members });
  }
  if (reason === 'wrong_mailbox') return new SmartleadError(400, 'from_email must match the OAuth account');
  return new SmartleadError(400, hasNoClient ? error : tokenRefused, { members: { error } });
}
