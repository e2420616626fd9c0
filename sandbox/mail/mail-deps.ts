// What both mail servers need to know about their provider.
import type { Fault, FaultOutcome } from '../faults.ts';
import { applyFault, takeFault } from '../faults.ts';
import type { Journal } from '../journal.ts';
import type { SandboxProvider, Settings, Stats } from '../types.ts';
import type { UserDirectory } from '../users.ts';
import type { ServerCertificate } from './certificate.ts';
import type { MailProtocol, TokenCheck, TokenVerdict } from './check-token.ts';
import type { Mailboxes } from './mailboxes.ts';

export type MailServerDeps = {
  provider: SandboxProvider;
  certificate: ServerCertificate;
  checkToken: TokenCheck;
  users: UserDirectory;
  mailboxes: Mailboxes;
  journal: Journal;
  settings: Settings;
  stats: Stats;
};

export type RunningMailServer = { port: number; close(): Promise<void> };

/** Gmail's answer to a token it does not take; the client must reply with an empty line. */
export const GOOGLE_SASL_FAILURE = { status: '400', schemes: 'Bearer', scope: 'https://mail.google.com/' };

const VERDICT_STATUS = { accepted: 200, refused: 401, unavailable: 503 } as const satisfies Record<
  TokenVerdict,
  number
>;

export function recordLogin(
  deps: MailServerDeps,
  protocol: MailProtocol,
  login: string,
  verdict: TokenVerdict | 'dropped',
): void {
  deps.journal.record({
    at: new Date().toISOString(),
    provider: deps.provider,
    kind: protocol,
    method: protocol.toUpperCase(),
    path: 'login',
    status: verdict === 'dropped' ? 0 : VERDICT_STATUS[verdict],
    login,
  });
}

/** The `index`-th reply of a dialogue, or its last; `ends`: nothing comes after it. */
export function replyOf(replies: readonly string[], index: number): { reply: string; ends: boolean } {
  const reply = replies[Math.min(index, replies.length - 1)] ?? '';
  return { reply, ends: /^(?:421[ -]|\* BYE)/.test(reply) };
}

/** The reply line a fault puts in place of the verdict, or what else it does to the login. */
export async function loginFault(
  deps: MailServerDeps,
  protocol: MailProtocol,
  left: AbortSignal,
): Promise<
  | { type: 'none' }
  | { type: 'drop' }
  | { type: 'reply'; line: string }
  | { type: 'dialogue'; replies: string[] }
> {
  const fault: Fault | undefined = takeFault(deps.settings.faults, protocol);
  if (fault === undefined) return { type: 'none' };
  deps.stats.faultsServed += 1;
  const outcome: FaultOutcome = await applyFault(fault, left);
  switch (outcome.type) {
    case 'proceed':
      return { type: 'none' };
    case 'dialogue':
      return outcome;
    case 'answer':
      return outcome.answer.body === '' ? { type: 'drop' } : { type: 'reply', line: outcome.answer.body };
    case 'gone':
    case 'proceedThenDrop':
      return { type: 'drop' };
    case 'proceedThenWait':
      return { type: 'none' };
    default:
      return outcome satisfies never;
  }
}
