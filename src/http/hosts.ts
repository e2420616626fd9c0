// Under which host a request came in: this server's own, or that of a workspace which shows itself under its own. A
// third kind is a name that nobody entered, because a proxy puts its own in place of the browser's.
import type { FastifyRequest } from 'fastify';
import type { Core, Workspace } from '../core/index.ts';

export type Place = {
  /** Host and port as the browser named them; null when a proxy kept them to itself. */
  host: string | null;
  /** Whose own host it is; null for this server's. */
  workspace: Workspace | null;
  /** Scheme and host, as they were entered. */
  origin: string;
};

export async function placeOf({ host }: FastifyRequest, core: Core): Promise<Place> {
  const { publicUrl } = core.settings;
  const named = normalized(host);
  if (named === null || named === new URL(publicUrl).host) {
    return { host: named, workspace: null, origin: publicUrl };
  }
  const workspace = await core.origins.workspaceAt(named);
  const isKnown = workspace !== null;
  return {
    host: isKnown ? named : null,
    workspace,
    origin: workspace?.settings.branding.origin ?? publicUrl,
  };
}

/** Lower case, without the port that https has anyway. */
function normalized(host: string | undefined): string | null {
  const url = `https://${host}`;
  return host && URL.canParse(url) ? new URL(url).host : null;
}

/** True when the request came in under the host of `origin`. */
export const isAt = ({ host }: FastifyRequest, origin: string): boolean =>
  normalized(host) === new URL(origin).host;

/** True when the request came in under one of our hosts, and it is another one than `origin`'s. */
export const isElsewhere = ({ host }: Place, origin: string): boolean =>
  host !== null && host !== new URL(origin).host;
