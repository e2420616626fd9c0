// What the journeys share: one installation on one engine, with the built console and a sign-in server of the operator's;
// one browser for everybody; and a way to tell what each person went through when something goes wrong.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { consoleFolder, ensureConsole } from '../../../scripts/build-console.ts';
import { counterparts } from '../../counterparts/index.ts';
import { freePort, type Installation, startInstallation } from '../../support/installation.ts';
import { type OperatorServer, startOperatorServer } from '../../support/sign-in-server.ts';
import { createInspector, type Inspector } from './inspection.ts';
import { assertContent, newVisitor, type Visitor } from './visitors.ts';

export type EngineName = 'sqlite' | 'postgres';

export type Stage = {
  engine: EngineName;
  /** Where rows can be written past the server. */
  databaseUrl: string | null;
  installation: Installation;
  operatorServer: OperatorServer;
  /** A key of the installation. */
  operatorKey: string;
  inspect: Inspector;
  visit(options?: BrowserContextOptions): Promise<Visitor>;
  close(): Promise<void>;
};

/** A journey that must not hang longer than this ends. */
const journeyMs = 180_000;

/** One person's, or several people's, way through the console. Their browsers must have nothing to complain of. */
export function journey(stage: () => Stage, name: string, go: (stage: Stage) => Promise<void>): void {
  test(name, { timeout: journeyMs }, async () => {
    const visitors: Visitor[] = [];
    const { visit, ...rest } = stage();
    const counted = async (options?: BrowserContextOptions): Promise<Visitor> => {
      const visitor = await visit(options);
      visitors.push(visitor);
      return visitor;
    };
    try {
      await go({ ...rest, visit: counted });
      for (const visitor of visitors) assertContent(visitor);
    } catch (cause) {
      const complaints = visitors.flatMap((visitor) => visitor.complaints());
      const pages = visitors.flatMap(({ context }) => context.pages());
      const seen = await Promise.all(pages.map((page, at) => lastSeen(page, rest.engine, `${name} ${at}`)));
      throw new Error([wordsOf(cause), ...complaints, ...seen].join('\n'));
    } finally {
      await Promise.all(visitors.map(({ context }) => context.close()));
    }
  });
}

/** What went wrong, and in which step of a journey. */
function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const steps = cause.stack?.split('\n').filter((line) => line.includes('/journeys/')) ?? [];
  return [cause.message, ...steps].join('\n');
}

const pictures = new URL('../../../test-results/screenshots/', import.meta.url).pathname;
const seenMax = 3_000;

/** The page as it was when something went wrong: a picture, and what it says. */
async function lastSeen(page: Page, engine: EngineName, name: string): Promise<string> {
  const folder = join(pictures, engine);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `failed-${name.replaceAll(/\W+/g, '-')}.png`);
  await page.screenshot({ path }).catch(() => null);
  const says = await page
    .locator('body')
    .ariaSnapshot()
    .catch(() => '');
  return `${page.url()} as last seen in ${path}:\n${says.slice(0, seenMax)}`;
}

export async function openStage(engine: EngineName): Promise<Stage> {
  const words: string[] = [];
  const built = await ensureConsole((line) => words.push(line));
  if (built === 'failed') throw new Error(words.join('\n'));
  const folder = mkdtempSync(join(tmpdir(), 'mailgrant-web-'));
  // Its own: another build may replace the files while these tests run.
  cpSync(consoleFolder, folder, { recursive: true });
  const database = engine === 'postgres' ? await counterparts().createDatabase() : null;
  const port = await freePort();
  const operatorServer = await startOperatorServer(`http://127.0.0.1:${port}/console/oidc/callback`);
  const installation = await startInstallation({
    ...(database === null ? {} : { databaseUrl: database.url }),
    environment: { ...environmentOf(operatorServer), MAILGRANT_PORT: String(port) },
    substitutes: { consoleFolder: folder, domains: noNetwork },
  });
  const browser = await counterparts().launchBrowser();
  return {
    engine,
    databaseUrl: database?.url ?? null,
    installation,
    operatorServer,
    operatorKey: await installation.issueKey(['all', 'workspaces:manage'], null),
    inspect: createInspector(engine),
    visit: (options) => newVisitor(browser, installation.address, options),
    async close() {
      await browser.close();
      await installation.close();
      await operatorServer.close();
      await database?.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Of the domains of the stand-ins; nobody outside is asked. */
const noNetwork = {
  mx: async () => ['aspmx.l.google.com', 'contoso-test.mail.protection.outlook.com'],
  txt: async () => [],
};

const environmentOf = (operatorServer: OperatorServer): Record<string, string> => ({
  MAILGRANT_JOBS: 'on',
  // So that somebody can be elsewhere.
  MAILGRANT_TRUST_PROXY: '127.0.0.1',
  MAILGRANT_BREAKER_FAILURES: '3',
  MAILGRANT_CONSOLE_SIGN_INS_PER_MINUTE: '60',
  MAILGRANT_WEBHOOK_HTTP: 'on',
  MAILGRANT_WEBHOOK_NETWORKS: '127.0.0.0/8',
  MAILGRANT_WEBHOOK_TIMEOUT_SECONDS: '5',
  MAILGRANT_CONSOLE_OIDC_ISSUER: operatorServer.issuer,
  MAILGRANT_CONSOLE_OIDC_CLIENT_ID: operatorServer.clientId,
  MAILGRANT_CONSOLE_OIDC_CLIENT_SECRET: operatorServer.clientSecret,
  MAILGRANT_CONSOLE_OIDC_ALLOWED: '@ops.example',
  MAILGRANT_CONSOLE_OIDC_LABEL: 'Sign in with Ops',
});
