// Owns the headless browser of the tests: the system's Chromium, unable to resolve any name but localhost.
// A request that tries to leave the machine is stopped and makes `close` fail.
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
  const browser = await chromium.launch({ executablePath, args: flags, chromiumSandbox: false });
  const strayed: string[] = [];
  return {
    browser,
    newContext: async (options) => {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(10_000);
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
      if (strayed.length > 0) throw new Error(`requests left the machine: ${strayed.join(' ')}`);
    },
  };
}

function staysHere(url: URL): boolean {
  if (!['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol)) return true;
  const { hostname } = url;
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^127\.|^\[::1\]$/.test(hostname);
}
