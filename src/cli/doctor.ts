// `mailgrant doctor`: one mailbox or one OAuth client examined, here on the database or by the gateway that owns it.
import { parseArgs } from 'node:util';
import { apiKeyForCommands } from '../config.ts';
import { type Core, GatewayError, type Principal } from '../core/index.ts';
import { presentDiagnosis } from '../http/native/diagnosis-schema.ts';
import { presentExamination } from '../http/native/examination-schema.ts';
import { askGateway, type FoundMailbox } from './ask-gateway.ts';
import { readReport } from './report.ts';

export const doctorUsage = `mailgrant doctor MAILBOX [--workspace ID] [--json] [--url URL]
mailgrant doctor --oauth-client ID [--json] [--url URL]
                                        find out step by step what is wrong with a mailbox (by id or
                                        address) or an OAuth client. Ends with code 0 when nothing failed,
                                        1 when something did, 2 when several mailboxes have the address.
                                        --url asks the gateway that runs there, with an API key from
                                        MAILGRANT_API_KEY`;

/** Runs on the database of this configuration; says so when that cannot be opened. */
type WithCore = <T>(work: (core: Core) => Promise<T>) => Promise<T>;

/** Where an examination can be made. */
type Place = {
  find(idOrEmail: string): Promise<FoundMailbox[]>;
  diagnose(mailbox: FoundMailbox): Promise<unknown>;
  examineOAuthClient(id: string): Promise<unknown>;
};

/** The exit code. */
export async function doctor(
  args: string[],
  { withCore, operator }: { withCore: WithCore; operator: Principal },
) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      workspace: { type: 'string' },
      'oauth-client': { type: 'string' },
      url: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [mailbox, ...others] = positionals;
  const oauthClientId = values['oauth-client'];
  if (others.length > 0 || (mailbox === undefined) === (oauthClientId === undefined)) {
    throw new Error(`Name one mailbox, or one OAuth client with --oauth-client.\n\n${doctorUsage}`);
  }
  const workspaceId = values.workspace ?? null;
  const examineAt = (place: Place): Promise<number> =>
    oauthClientId === undefined
      ? examineMailbox(place, mailbox ?? '', values.json)
      : place.examineOAuthClient(oauthClientId).then((answer) => show(answer, 'OAuth client', values.json));

  if (values.url === undefined)
    return withCore((core) => examineAt(here(core, { ...operator, workspaceId })));
  const apiKey = apiKeyForCommands();
  if (!apiKey) throw new Error('With --url, MAILGRANT_API_KEY must hold an API key of that gateway.');
  const gateway = askGateway({ url: values.url, apiKey, workspaceId });
  try {
    return await examineAt(gateway);
  } finally {
    await gateway.close();
  }
}

const here = ({ doctor: core }: Core, principal: Principal): Place => ({
  find: (idOrEmail) => core.find(principal, idOrEmail),
  diagnose: ({ id, workspaceId }) =>
    unlessMissing(async () => presentDiagnosis(await core.examine({ ...principal, workspaceId }, id))),
  examineOAuthClient: (id) =>
    unlessMissing(async () => presentExamination(await core.examineOAuthClient(principal, id, null))),
});

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'not_found') return null;
    throw error;
  }
}

async function examineMailbox(place: Place, idOrEmail: string, isJson: boolean): Promise<number> {
  const [mailbox, ...others] = await place.find(idOrEmail);
  if (!mailbox) throw new Error(`There is no mailbox ${idOrEmail} here.`);
  if (others.length > 0) {
    const lines = [mailbox, ...others].map(({ id, workspaceId }) => `  ${id}  in workspace ${workspaceId}`);
    process.stderr.write(`Several mailboxes have this address; name one by its id:\n${lines.join('\n')}\n`);
    return 2;
  }
  return show(await place.diagnose(mailbox), 'mailbox', isJson);
}

function show(answer: unknown, what: string, isJson: boolean): number {
  if (answer === null) throw new Error(`There is no such ${what} here.`);
  const { lines, isWell } = readReport(answer);
  process.stdout.write(`${isJson ? JSON.stringify(answer, null, 2) : lines.join('\n')}\n`);
  return isWell ? 0 : 1;
}
