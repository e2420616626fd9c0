// The state of the installation as JSON: what is in trouble, who is kept out, how long the queues are.
import { type Static, Type } from 'typebox';
import type { Installation } from '../../core/index.ts';
import { id, isoTime, isoTimeOrNull, nullable, oneOf, provider, time } from './parts.ts';

const breakerMembers = {
  status: oneOf(['closed', 'open', 'probing'], {
    description:
      '`open` = nobody is sent there until `open_until`; `probing` = its time is over, and one call tries.',
  }),
  open_until: nullable(time('When it is tried again; null while it is closed.')),
  failures: Type.Integer({ minimum: 0, description: 'Failures in a row.', examples: [0] }),
};

const key = (description: string, example: string) => Type.String({ description, examples: [example] });
const count = (description: string) => Type.Integer({ minimum: 0, description, examples: [0] });

const ownerName = nullable(
  Type.String({ description: "The workspace's name; null without one.", examples: ['Acme'] }),
);

export const installationSchema = Type.Object(
  {
    version: Type.String({ description: 'The release that runs here.', examples: ['0.1.0'] }),
    started_at: time('When the process that answers was started.'),
    database: Type.Object({ engine: oneOf(['sqlite', 'postgres'], { description: 'The engine.' }) }),
    providers: Type.Array(
      Type.Object({
        provider: provider('The provider.'),
        breaker: Type.Object({ key: key('Names it in the path.', 'provider:google'), ...breakerMembers }),
        calls_under_way: count('Calls to it that are not answered yet, of the process that answers.'),
        calls_waiting: count('Calls to it that wait for room in the budgets, of the process that answers.'),
      }),
    ),
    oauth_client_breakers: Type.Array(
      Type.Object({
        key: key('Names it in the path.', 'oauth_client:019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10'),
        oauth_client_id: id('The OAuth client.'),
        oauth_client: nullable(
          Type.Object(
            {
              name: Type.String({ description: 'Its name.', examples: ['Outlook, production'] }),
              provider: provider('Its provider.'),
              workspace_id: nullable(id('Whose it is; null = shared by the installation.')),
              workspace_name: ownerName,
              deleted_at: nullable(time('When it was deleted; null = it is in use.')),
            },
            { description: 'What it is known by, deleted ones too; null = it is gone with its workspace.' },
          ),
        ),
        ...breakerMembers,
      }),
      { description: 'Those that are not closed, or count failures; 200 at most.' },
    ),
    blocks: Type.Array(
      Type.Object({
        key: key('Names it in the path.', 'init:google:203.0.113.7'),
        address: nullable(
          Type.String({
            description: 'The IP address, or for IPv6 the network, that is kept out.',
            examples: ['203.0.113.7'],
          }),
        ),
        workspace_id: nullable(
          id('The only workspace that is kept out there; null = whoever comes from there.'),
        ),
        workspace_name: ownerName,
        level: Type.Integer({
          minimum: 1,
          description: 'Which one in a row; each is longer.',
          examples: [1],
        }),
        until: time('When it ends by itself.'),
      }),
      { description: 'The one that ends last first; 200 at most.' },
    ),
    refresh_queue: Type.Object({
      due: count('Grants due to be refreshed by themselves; counted up to 100,000.'),
      overdue: count('Those that have been due for more than ten minutes.'),
      oldest_due_at: nullable(time('Since when the oldest one is due.')),
      leased: count('Those that are being refreshed now.'),
    }),
    grants: Type.Object({
      active: count('Grants that work.'),
      needs_reauthorization: count('Grants that their owners have to give again.'),
      counted_at: nullable(time('They are counted every few minutes; null = not yet.')),
    }),
    webhooks: Type.Object({
      pending: count('Deliveries that are to be sent; counted up to 100,000.'),
      oldest_due_at: nullable(time('Since when the oldest one should be sent.')),
      failed: count('Deliveries that were given up within a day.'),
    }),
    oauth_clients_ending: Type.Array(
      Type.Object({
        oauth_client_id: id('The OAuth client.'),
        workspace_id: nullable(id('Whose it is; null = shared by the installation.')),
        workspace_name: ownerName,
        name: Type.String({ description: 'Its name.', examples: ['Outlook, production'] }),
        expires_at: time('When its current credential ends.'),
        has_next: Type.Boolean({ description: 'Whether the next credential is there already.' }),
      }),
      { description: 'Whose credential ends within 30 days, the first one first; 200 at most.' },
    ),
  },
  { $id: 'Installation', title: 'Installation', description: 'The state of the whole installation.' },
);

export function presentInstallation(state: Installation): Static<typeof installationSchema> {
  const { refreshQueue, webhooks, totals } = state;
  const grants = (status: string): number =>
    (totals?.grants ?? []).reduce((sum, each) => sum + (each.status === status ? each.count : 0), 0);
  return {
    version: state.version,
    started_at: isoTime(state.startedAt),
    database: { engine: state.engine },
    providers: state.providers.map((each) => ({
      provider: each.provider,
      breaker: { key: each.breaker.key, ...presentBreaker(each.breaker) },
      calls_under_way: each.callsUnderWay,
      calls_waiting: each.callsWaiting,
    })),
    oauth_client_breakers: state.oauthClientBreakers.map((breaker) => ({
      key: breaker.key,
      oauth_client_id: breaker.oauthClientId,
      oauth_client: breaker.oauthClient && presentKnown(breaker.oauthClient),
      ...presentBreaker(breaker),
    })),
    blocks: state.blocks.map((block) => ({
      key: block.key,
      address: addressOf(block.key),
      workspace_id: block.workspaceId,
      workspace_name: block.workspaceName,
      level: block.level,
      until: isoTime(block.until),
    })),
    refresh_queue: {
      due: refreshQueue.due,
      overdue: refreshQueue.overdue,
      oldest_due_at: isoTimeOrNull(refreshQueue.oldestDueAt),
      leased: refreshQueue.leased,
    },
    grants: {
      active: grants('active'),
      needs_reauthorization: grants('needs_reauthorization'),
      counted_at: isoTimeOrNull(totals?.countedAt ?? null),
    },
    webhooks: {
      pending: webhooks.pending,
      oldest_due_at: isoTimeOrNull(webhooks.oldestDueAt),
      failed: webhooks.failed,
    },
    oauth_clients_ending: state.oauthClientsEnding.map((ending) => ({
      oauth_client_id: ending.oauthClientId,
      workspace_id: ending.workspaceId,
      workspace_name: ending.workspaceName,
      name: ending.name,
      expires_at: isoTime(ending.expiresAt),
      has_next: ending.hasNext,
    })),
  };
}

const presentKnown = ({
  name,
  provider: at,
  workspaceId,
  workspaceName,
  deletedAt,
}: NonNullable<Installation['oauthClientBreakers'][number]['oauthClient']>) => ({
  name,
  provider: at,
  workspace_id: workspaceId,
  workspace_name: workspaceName,
  deleted_at: isoTimeOrNull(deletedAt),
});

const presentBreaker = ({
  status,
  openUntil,
  failures,
}: Pick<Installation['oauthClientBreakers'][number], 'status' | 'openUntil' | 'failures'>) => ({
  status,
  open_until: isoTimeOrNull(openUntil),
  failures,
});

/**
 * `console:<address>`, or `init:<provider>:<address>`, with a workspace behind it where only that one is kept out there:
 * core/limits.ts.
 */
const addressOf = (blockKey: string): string | null =>
  /^(?:init:[a-z]+|console):([0-9A-Fa-f.:/]+)(?: |$)/.exec(blockKey)?.[1] ?? null;
