// What the entry hands to commands: a gateway on the database of this configuration, without anybody in between. Only
// the entry may import the composition root.
import type { Config } from '../config.ts';
import type { Core, Secret } from '../core/index.ts';
import type { Command } from './command.ts';

export type LocalRequest = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body: string | null;
};

export type LocalAnswer = { status: number; text: string; retryAfter: string | null };

export type LocalGateway = {
  core: Core;
  /** Stands for whoever sits at the machine; good in this process only. */
  operatorKey: Secret<string>;
  /** The native API without a network. */
  send(request: LocalRequest): Promise<LocalAnswer>;
  /** Listens, for what needs a browser. Answers the address. */
  start(): Promise<string>;
  close(): Promise<void>;
};

export type Context = {
  openHere(config: Config): Promise<LocalGateway>;
  /** Throws `ConfigError` for a surface that is none. */
  checkSurfaces(config: Config): Promise<null>;
  /** Every command there is, for help and completion. */
  commands: Readonly<Record<string, { summary: string; load(): Promise<{ command: Command }> }>>;
};
