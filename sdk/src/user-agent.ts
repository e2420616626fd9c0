// By which name a program calls: the server's log tells then which release of the client it was.
import { version } from './generated/version.ts';

/** Null in a browser, which has a name of its own, and would ask for leave to send another one elsewhere. */
export const userAgent: string | null = globalThis.navigator?.userAgent?.startsWith('Mozilla/')
  ? null
  : `mailgrant-client/${version}`;
