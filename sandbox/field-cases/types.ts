// What a failure from the field is, as the sandbox can replay it: where it is said, the bytes that say it, and what a
// client should make of it. Types only.
import type { SandboxProvider } from '../types.ts';

/** What should come out. `code` is a client's own word for it; the sandbox only carries it. */
export type Expectation = {
  code: string;
  acts: 'mailbox_owner' | 'mail_administrator' | 'workspace' | 'operator' | 'nobody';
  heals: boolean;
};

/** What a token request's refusal is about: this person's grant, the registration, nothing lasting, or the request. */
export type FailureKind = 'grant' | 'oauth_client' | 'transient' | 'request';

type Common = {
  /** `G10`, `M7/53003`: the row, then what tells several replies of one row apart. */
  id: string;
  provider: SandboxProvider;
  /** What somebody notices, in one sentence. */
  symptom: string;
  expect: Expectation;
  /** Where the whole product says something else than the adapter that meets the reply, and why. */
  later?: Expectation & { when: string };
};

export type HttpReply = { status: number; headers: Record<string, string>; body: string };

/** Whose token meets the reply, where that changes what it means. */
export type TokenOwner = { email?: string; names?: 'own' | 'other'; isAppOnly?: boolean };

/** At the token endpoint. */
export type TokenCase = Common & {
  /** `mint`: a token that no person has to consent to. */
  said: 'refresh' | 'code' | 'mint';
  kind: FailureKind;
  reply: HttpReply;
  /** The reply is known to pass at times. */
  isDoubtful?: true;
  /** Seconds that the caller must stay away, at least. */
  waitsAtLeast?: number;
};
/** In the query of the redirect back to the client. */
export type CallbackCase = Common & { said: 'callback'; parameters: Record<string, string> };
/** On the provider's own page; the client never hears of it. */
export type PageCase = Common & { said: 'page'; status: number; page: string };
/** To AUTHENTICATE or AUTH, then to the lines that follow. See `dialogue` in faults.ts. */
export type MailCase = Common & { said: 'imap' | 'smtp'; replies: string[]; token?: TokenOwner };
export type ApiCase = Common & { said: 'gmail_api' | 'graph'; reply: HttpReply; token?: TokenOwner };

/** A mistake that only we can make: nothing is said, so a test holds the guarantee. */
export type OwnCase = {
  id: string;
  said: 'ours';
  symptom: string;
  guarantee: string;
  /** The verdict, where the person or the workspace gets one. */
  code?: string;
  /** Where the guarantee is tested: a file and a part of the test's name. */
  tests: { file: string; name: string }[];
};

export type SaidCase = TokenCase | CallbackCase | PageCase | MailCase | ApiCase;
export type FieldCase = SaidCase | OwnCase;

/** Error numbers of Entra with what they share; `symptoms` by number. */
export type AadstsGroup = [
  kind: FailureKind,
  expect: Expectation,
  said: { error: string; suberror?: string },
  symptoms: Record<number, string>,
];
