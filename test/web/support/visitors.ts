// People before the console, each with a browser of their own, and what their browsers complain of: errors in the
// console, violations of the page's policy, scripts that broke, answers of the server that nobody expected.
import assert from 'node:assert/strict';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { TestBrowser } from '../../counterparts/chromium.ts';

export type Visitor = {
  context: BrowserContext;
  page: Page;
  /** Refusals that are meant, as `401 GET /v1/console-session`. */
  expects(...answers: RegExp[]): void;
  complaints(): string[];
};

/** `reducedMotion`: what fades in has another contrast on its way. */
const usual: BrowserContextOptions = {
  viewport: { width: 1280, height: 800 },
  colorScheme: 'light',
  reducedMotion: 'reduce',
  locale: 'en-GB',
};

const told = 'breaks the policy of the page:';
const tellViolations = `addEventListener('securitypolicyviolation', (event) =>
  console.error('${told}', event.effectiveDirective, event.blockedURI, event.sourceFile, event.sample))`;

/** Chromium says so of every refusal; which they are is told by the answers. */
const isAboutAnswer = (text: string): boolean => text.startsWith('Failed to load resource');

export async function newVisitor(
  browser: TestBrowser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({ ...usual, ...options });
  await context.addInitScript(tellViolations);
  const complaints: string[] = [];
  // Nobody is signed in yet: the console asks.
  const meant: RegExp[] = [/^401 GET \/v1\/console-session$/];

  context.on('console', (message) => {
    const isOurs = message.page()?.url().startsWith(origin) ?? false;
    if (isOurs && message.type() === 'error' && !isAboutAnswer(message.text())) {
      complaints.push(`console: ${message.text()}`);
    }
  });
  context.on('weberror', (error) => {
    if (error.page()?.url().startsWith(origin)) complaints.push(`script: ${String(error.error().stack)}`);
  });
  context.on('response', (response) => {
    if (!response.url().startsWith(origin) || response.status() < 400) return;
    const { pathname } = new URL(response.url());
    complaints.push(`${response.status()} ${response.request().method()} ${pathname}`);
  });

  return {
    context,
    page: await context.newPage(),
    expects: (...answers) => void meant.push(...answers),
    complaints: () => complaints.filter((complaint) => !meant.some((pattern) => pattern.test(complaint))),
  };
}

/** To be asked at the end of what somebody does. */
export function assertContent(visitor: Visitor): void {
  assert.deepEqual(visitor.complaints(), [], 'the browser has nothing to complain of');
}
