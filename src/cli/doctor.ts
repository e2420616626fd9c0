// `mailgrant doctor`: one mailbox or one OAuth client examined, here on the database or by the gateway that owns it.
import { type Api, ApiProblem, itemsOf } from './api.ts';
import { Ambiguous, type Command, exitCodes, UsageError } from './command.ts';
import { say, sayJson } from './output.ts';
import { ask } from './place.ts';
import { memberOf, readReport, textOf } from './report.ts';

type FoundMailbox = { id: string; workspaceId: string | null };

export const command: Command = {
  verbs: {
    '': {
      summary: 'find out step by step what is wrong with a mailbox (by id or address) or an OAuth client',
      takes: ['[MAILBOX...]'],
      asks: 'either',
      options: { 'oauth-client': { value: 'ID', help: 'examine this OAuth client' } },
      details:
        'Ends with code 0 when nothing failed, 1 when something did, 2 when several mailboxes have the address.',
      async run(input, context) {
        const [mailbox, ...others] = input.args;
        const oauthClientId = input.text('oauth-client');
        if (others.length > 0 || (mailbox === undefined) === (oauthClientId === null)) {
          throw new UsageError('Name one mailbox, or one OAuth client with --oauth-client.');
        }
        const json = input.flag('json');
        return ask(input, context, async ({ api }) =>
          oauthClientId === null
            ? examineMailbox(api, mailbox ?? '', json)
            : show(await examineOAuthClient(api, oauthClientId), 'OAuth client', json),
        );
      },
    },
  },
};

async function examineMailbox(api: Api, idOrEmail: string, json: boolean): Promise<number> {
  const [mailbox, ...others] = await find(api, idOrEmail);
  if (!mailbox) throw new Error(`There is no mailbox ${idOrEmail} here.`);
  if (others.length > 0) {
    const all = [mailbox, ...others];
    const lines = all.map(({ id, workspaceId }) => `  ${id}  in workspace ${workspaceId ?? ''}`);
    throw new Ambiguous(
      ['Several mailboxes have this address; name one by its id:', ...lines].join('\n'),
      all.map(({ id }) => id),
    );
  }
  const path = `/v1/mailboxes/${encodeURIComponent(mailbox.id)}/diagnose`;
  return show(
    await unlessMissing(api.call('POST', path, { workspaceId: mailbox.workspaceId })),
    'mailbox',
    json,
  );
}

function show(answer: unknown, what: string, json: boolean): number {
  if (answer === null) throw new Error(`There is no such ${what} here.`);
  const { lines, isWell } = readReport(answer);
  if (json) sayJson(answer);
  else say(lines.join('\n'));
  return isWell ? exitCodes.done : exitCodes.failed;
}

async function find(api: Api, idOrEmail: string): Promise<FoundMailbox[]> {
  const isEmail = idOrEmail.includes('@');
  const found: FoundMailbox[] = [];
  for (const workspaceId of await workspacesOf(api)) {
    const answer = isEmail
      ? itemsOf(await api.call('GET', '/v1/mailboxes', { query: { email: idOrEmail }, workspaceId }))
      : [
          await unlessMissing(
            api.call('GET', `/v1/mailboxes/${encodeURIComponent(idOrEmail)}`, { workspaceId }),
          ),
        ];
    for (const id of answer.flatMap((item) => textOf(item, 'id') ?? [])) found.push({ id, workspaceId });
  }
  return found;
}

/** A shared one belongs to no workspace. */
async function examineOAuthClient(api: Api, id: string): Promise<unknown> {
  const path = `/v1/oauth-clients/${encodeURIComponent(id)}/examine`;
  const owners = api.workspaceId === null ? [null, ...(await workspacesOf(api))] : [api.workspaceId];
  for (const workspaceId of new Set(owners)) {
    const answer = await unlessMissing(api.call('POST', path, { workspaceId }));
    if (answer !== null) return answer;
  }
  return null;
}

/** The workspaces that the key may act in; null stands for the one that it belongs to. */
async function workspacesOf(api: Api): Promise<(string | null)[]> {
  if (api.workspaceId !== null) return [api.workspaceId];
  if (memberOf(await api.call('GET', '/v1/whoami'), 'is_installation_key') !== true) return [null];
  const ids: string[] = [];
  for await (const workspace of api.items('/v1/workspaces')) ids.push(textOf(workspace, 'id') ?? '');
  return ids;
}

async function unlessMissing(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}
