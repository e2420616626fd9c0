// A further gateway in this process, on the database of an installation, so that both can have the test's own clock.
import { loadConfig } from '../../src/config.ts';
import { createGateway, type Gateway, type Substitutes } from '../../src/gateway.ts';
import { type Call, freePort, type Installation } from './installation.ts';

export type Node = { gateway: Gateway; call: Call };

/** To be closed by the caller, before the installation. Only with PostgreSQL, or when the first gateway is closed. */
export async function startNode(
  installation: Installation,
  substitutes: Substitutes,
  environment: Record<string, string> = {},
): Promise<Node> {
  const MAILGRANT_PORT = String(await freePort());
  const config = loadConfig({ ...installation.environment, ...environment, MAILGRANT_PORT });
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const gateway = await createGateway(config, { log: silent, ...substitutes });
  const address = await gateway.start();
  return { gateway, call: installation.callAs(installation.apiKey, address) };
}
