// Owns the headless browser of the tests: the system's Chromium, unable to resolve any name but localhost.
// A request that tries to leave the machine is stopped and makes `close` fail.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

export type TestBrowser = {
  /** A fresh profile: own cookies, own storage. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
  browser: Browser;
  /** Throws when a page asked for anything off the machine. */
  close(): Promise<void>;
};

const flags = [
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
];

export async function launchChromium(executablePath: string): Promise<TestBrowser> {
  // Chromium's own sandbox refuses to run as root, which the full test run needs for its mail servers.
  const options = { executablePath, args: flags, chromiumSandbox: false };
  // It writes into the home folder whatever its profile is.
  const home = await mkdtemp(join(tmpdir(), 'chromium-home-'));
  const folders = { HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home };
  const browser = await chromium.launch({ ...options, env: { ...definedEnvironment(), ...folders } });
  const strayed: string[] = [];
  return {
    browser,
    newContext: async (options) => {
      const context = await browser.newContext(options);
      // As patient as any other condition (until.ts): the machine may be busy.
      context.setDefaultTimeout(40_000);
      await context.route(
        (url) => !staysHere(url),
        (route) => {
          strayed.push(route.request().url());
          return route.abort('blockedbyclient');
        },
      );
      return context;
    },
    close: async () => {
      await browser.close();
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      if (strayed.length > 0) throw new Error(`requests left the machine: ${strayed.join(' ')}`);
    },
  };
}

function definedEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : []));
  return Object.fromEntries(entries);
}

function staysHere(url: URL): boolean {
  if (!['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol)) return true;
  const { hostname } = url;
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^127\.|^\[::1\]$/.test(hostname);
}
