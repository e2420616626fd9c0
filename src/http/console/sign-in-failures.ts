// What people read who could not be signed in by the sign-in server.
import type { FastifyReply } from 'fastify';
import { html } from '../html.ts';
import { sendPage } from '../page.ts';

type Words = { status: number; title: string; text: string };

const failures = {
  not_allowed: {
    status: 403,
    title: 'You may not enter this console',
    text: 'You are signed in, but you are not among those whom the operator of this server lets in. Ask them, or use another account.',
  },
  unverified_address: {
    status: 403,
    title: 'Your address is not verified',
    text: 'The sign-in server does not vouch for your address, and by your address you would be let in. Verify it there, or ask the operator to let you in by a group.',
  },
  refused: {
    status: 403,
    title: 'You were not signed in',
    text: 'The sign-in was cancelled, or the sign-in server refused it.',
  },
  invalid: {
    status: 400,
    title: 'This sign-in cannot be used',
    text: 'It took too long, was used already, or what came back does not belong to it. Begin again.',
  },
  not_this_browser: {
    status: 400,
    title: 'This sign-in did not begin here',
    text: 'It began in another browser, or more than ten minutes ago. Begin again.',
  },
  unavailable: {
    status: 503,
    title: 'The sign-in server does not answer',
    text: 'Nothing is wrong with your account. Try again in a moment; with an API key you can sign in meanwhile.',
  },
  misconfigured: {
    status: 500,
    title: 'The sign-in is not set up correctly',
    text: 'The sign-in server does not know this console, or is not the one that it was told of. The operator finds the reason in the log. With an API key you can sign in meanwhile.',
  },
  not_set_up: {
    status: 404,
    title: 'There is no sign-in server',
    text: 'This console is entered with an API key.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many attempts',
    text: 'There were too many attempts to sign in from your address. Wait a few minutes.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong',
    text: 'The log of this server has the reason. Try again in a moment.',
  },
} as const satisfies Record<string, Words>;

export type SignInFailureName = keyof typeof failures;

export function sendSignInFailure(
  reply: FastifyReply,
  name: SignInFailureName,
  status?: number,
): FastifyReply {
  const { title, text, status: usual } = failures[name];
  return sendPage(reply, {
    status: status ?? usual,
    title,
    tone: 'bad',
    content: html`<p>${text}</p>
<p><a href="/console/">Back to the sign-in</a></p>`,
  });
}
