// Plays the person at the browser over plain HTTP: follows links and forms from a start page through sign-in and
// consent to the callback. For tests and demos; no script runs.
import { type CookieJar, createCookieJar } from './cookie-jar.ts';
import { type Button, type Form, parseForm } from './html-form.ts';

export type Choice = {
  login: string;
  /** Scopes to leave out on a consent page with boxes. */
  untick?: string[];
  /** Presses Cancel on the consent page. */
  deny?: boolean;
  /**
   * On Entra's page for people who may not consent: back to the client without a grant, or ask the administrator
   * where that is offered. Absent: the journey ends there, as it does for most people.
   */
  approval?: 'return' | 'request';
  /** Value of the button to press on pages that are not the sandbox's own; default: the first that is no cancel. */
  press?: string;
  /** Returns the callback URL without requesting it. */
  stopBeforeCallback?: boolean;
  /** A browser with a history; default: a fresh one. */
  cookies?: CookieJar;
};

export type Outcome = {
  /** The redirect back to the client, with code or error. */
  callbackUrl: string;
  /** Status and text of the last page. */
  status: number;
  body: string;
  url: string;
  cookies: CookieJar;
  /** Headings of the pages seen, in order. */
  pages: string[];
};

type Page = { status: number; body: string; location: string | null };

/** What tells a callback: an answer to an authorization request, or to a request for admin consent. */
const ANSWERS = ['code', 'error', 'admin_consent'];
const HOPS_MAX = 25;
const TIMEOUT_MS = 10_000;

export async function approve(startUrl: string, choice: Choice): Promise<Outcome> {
  const cookies = choice.cookies ?? createCookieJar();
  const pages: string[] = [];
  let url = new URL(startUrl);
  let page = await send(url, cookies);
  let callbackUrl = '';
  // Where the journey began, and where the last page with a form was: a code that leaves that origin is the callback.
  let formOrigin = url.origin;

  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    if (page.location !== null) {
      const next = new URL(page.location, url);
      const answers = ANSWERS.some((name) => next.searchParams.has(name));
      if (callbackUrl === '' && answers && next.origin !== formOrigin) {
        callbackUrl = next.href;
        if (choice.stopBeforeCallback === true) {
          return { callbackUrl, status: page.status, body: page.body, url: url.href, cookies, pages };
        }
      }
      if (callbackUrl === '') formOrigin = next.origin;
      url = next;
      page = await send(url, cookies);
      continue;
    }
    pages.push(/<h1[^>]*>([^<]*)/.exec(page.body)?.[1]?.trim() ?? '');
    const form = callbackUrl === '' && page.status < 400 ? parseForm(page.body) : undefined;
    if (form === undefined || (isApproval(form) && choice.approval === undefined)) {
      return { callbackUrl, status: page.status, body: page.body, url: url.href, cookies, pages };
    }
    const target = new URL(form.action, url);
    const body = fillIn(form, choice);
    page = await send(target, cookies, { body, origin: url.origin, referer: url.href });
    url = target;
  }
  throw new Error(`no end after ${HOPS_MAX} hops, last at ${url.origin}${url.pathname}`);
}

function fillIn(form: Form, choice: Choice): URLSearchParams {
  const body = new URLSearchParams(form.hidden);
  const missing = choice.untick?.filter((scope) => !form.boxes.some(({ value }) => value === scope)) ?? [];
  for (const { name, value } of form.boxes) {
    if (!(choice.untick?.includes(value) ?? false)) body.append(name, value);
  }
  const button = pickButton(form, choice);
  const consent = form.buttons.some(({ value }) => value === 'allow');
  if (consent && choice.deny !== true && missing.length > 0) {
    throw new Error(`the consent page has no box for ${missing.join(' ')}`);
  }
  if (button !== undefined && button.name !== '') body.append(button.name, button.value);
  return body;
}

function isApproval({ buttons }: Form): boolean {
  return buttons.some(({ value }) => value === 'return');
}

function pickButton(form: Form, { login, deny, press, approval }: Choice): Button | undefined {
  const { buttons } = form;
  if (isApproval(form)) {
    const chosen = buttons.find(({ value }) => value === approval);
    if (chosen === undefined) throw new Error(`the page has no button to ${approval}`);
    return chosen;
  }
  const logins = buttons.filter(({ name }) => name === 'login');
  if (logins.length > 0) {
    const chosen = logins.find(({ value }) => value === login.toLowerCase());
    if (chosen === undefined) throw new Error(`the sign-in page does not offer ${login}`);
    return chosen;
  }
  const allow = buttons.find(({ value }) => value === 'allow');
  if (allow === undefined) {
    return buttons.find(({ value }) =>
      press === undefined ? !/cancel|deny|decline/i.test(value) : value === press,
    );
  }
  return deny === true ? buttons.find(({ value }) => value === 'cancel') : allow;
}

async function send(
  url: URL,
  cookies: CookieJar,
  post?: { body: URLSearchParams; origin: string; referer: string },
): Promise<Page> {
  const cookie = cookies.header(url);
  const response = await fetch(url, {
    redirect: 'manual',
    method: post === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'text/html,application/xhtml+xml',
      connection: 'close',
      ...(cookie !== '' && { cookie }),
      ...(post !== undefined && { origin: post.origin, referer: post.referer }),
    },
    ...(post !== undefined && { body: post.body }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  cookies.store(url, response.headers.getSetCookie());
  return { status: response.status, body: await response.text(), location: response.headers.get('location') };
}
