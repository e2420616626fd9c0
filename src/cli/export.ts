// `mailgrant export`: every mailbox of a workspace with its settings and status. Refresh tokens never leave, so that an
// export is no backup; `mailgrant copy` moves a whole installation.
import type { Api } from './api.ts';
import { type Command, exitCodes, UsageError } from './command.ts';
import { csvLine } from './csv-text.ts';
import { intoNewFile } from './new-file.ts';
import { note, printList, shown, written } from './output.ts';
import { ask } from './place.ts';
import { memberOf, textOf } from './report.ts';

const columns = [
  'id',
  'email',
  'provider',
  'oauth_client_id',
  'name',
  'customer',
  'metadata',
  'disabled',
  'status',
  'reason',
  'scopes',
  'created_at',
] as const;

export const command: Command = {
  verbs: {
    '': {
      summary: 'write all mailboxes of a workspace as JSON Lines or CSV, without secrets',
      asks: 'workspace',
      options: {
        format: { value: 'FORMAT', choices: ['jsonl', 'csv'], help: 'by the name of the file, else jsonl' },
        output: { value: 'FILE', help: 'a new file, mode 0600; standard output without it' },
      },
      details:
        'Refresh tokens are not in it: they never leave. To move an installation with them, use `mailgrant copy` and\nthe keyring. `mailgrant import` takes the columns as they are, with refresh_token added by whoever has them.',
      run: (input, context) =>
        ask(input, context, async ({ api }) => {
          const path = input.text('output');
          if (input.flag('json')) {
            if (path !== null || input.text('format') !== null)
              throw new UsageError(
                '--json is one document on standard output, without --output and --format.',
              );
            await printList(exportRows(api), [], { json: true, none: '' });
            return exitCodes.done;
          }
          const format = input.text('format') ?? (path?.toLowerCase().endsWith('.csv') ? 'csv' : 'jsonl');
          const writeAll = async (write: (text: string) => Promise<void> | void): Promise<number> => {
            let rows = 0;
            if (format === 'csv') await write(csvLine(columns));
            for await (const row of exportRows(api)) {
              const cells = columns.map((name) => shown(row[name]));
              await write(format === 'csv' ? csvLine(cells) : `${JSON.stringify(row)}\n`);
              rows += 1;
            }
            return rows;
          };
          const count = path === null ? await writeAll(written) : await intoNewFile(path, writeAll);
          note(`${count} ${count === 1 ? 'mailbox' : 'mailboxes'}${path === null ? '' : `: ${path}`}`);
          return exitCodes.done;
        }),
    },
  },
};

async function* exportRows(api: Api): AsyncGenerator<Row> {
  for await (const mailbox of api.items('/v1/mailboxes')) yield rowOf(mailbox);
}

type Row = Record<(typeof columns)[number], unknown>;

const rowOf = (mailbox: unknown): Row => ({
  id: textOf(mailbox, 'id'),
  email: textOf(mailbox, 'email'),
  provider: textOf(mailbox, 'provider'),
  oauth_client_id: textOf(mailbox, 'oauth_client_id'),
  name: textOf(mailbox, 'name'),
  customer: textOf(mailbox, 'customer'),
  metadata: memberOf(mailbox, 'metadata'),
  disabled: textOf(mailbox, 'status') === 'disabled',
  status: textOf(mailbox, 'status'),
  reason: textOf(memberOf(mailbox, 'verdict'), 'code'),
  scopes: shown(memberOf(mailbox, 'scopes')),
  created_at: textOf(mailbox, 'created_at'),
});
