// Pieces of which the native surface's schemas are made: ids, times, texts, pages, verdicts, problem documents.
import { type Static, type TSchema, Type } from 'typebox';
import { invalidField, type Verdict } from '../../core/index.ts';
import { errorCodes } from '../problem.ts';

const exampleId = '019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10';
const uuidPattern = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

export const id = (description: string) =>
  Type.String({ format: 'uuid', pattern: uuidPattern, description, examples: [exampleId] });

export const time = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2026-03-01T12:00:00.000Z'] });

/** One line of text: no control characters, which databases and headers choke on. */
export const text = (options: {
  description: string;
  examples: string[];
  minLength?: number;
  maxLength?: number;
}) => Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]*$', ...options });

export const email = (description: string) =>
  Type.String({
    minLength: 3,
    maxLength: 254,
    pattern: '^[^\\s@\\u0000-\\u001f\\u007f]+@[^\\s@\\u0000-\\u001f\\u007f]+$',
    description,
    examples: ['ada@example.com'],
  });

export const oneOf = <const Values extends readonly string[]>(
  values: Values,
  options: { description: string; default?: Values[number] },
) => Type.Unsafe<Values[number]>({ type: 'string', enum: [...values], examples: [values[0]], ...options });

export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/** No member beside the listed ones. */
export const closed = { additionalProperties: false } as const;

/** What a mailbox is connected for. */
export const profile = oneOf(['full', 'api', 'send_only'], {
  description:
    '`full` = IMAP and SMTP, `api` = Gmail API or Microsoft Graph, `send_only` = nothing but sending (SMTP at Microsoft, Gmail API at Google).',
});

export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
export const isoTimeOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : isoTime(milliseconds);

/** RFC 3339 knows leap seconds (`23:59:60`) and the schema lets them pass; `Date` cannot tell them. */
export function timeOf(field: string, value: string | null | undefined): number | null {
  if (value === undefined || value === null) return null;
  const milliseconds = Date.parse(value);
  if (!Number.isNaN(milliseconds)) return milliseconds;
  throw invalidField(field, 'must be a time that exists, without leap seconds');
}

export const provider = (description: string) => oneOf(['google', 'microsoft'], { description });

/** The path of one object. */
export const idParams = Type.Object({ id: id('Id of the object.') }, closed);
export const noQuery = Type.Object({}, closed);

export const pageQuery = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 50,
      description: 'Items on one page.',
      examples: [50],
    }),
  ),
  cursor: Type.Optional(id('`next_cursor` of the page before.')),
};

export const pageRequestOf = ({ limit, cursor }: { limit?: number; cursor?: string }) => ({
  limit: limit ?? 50,
  after: cursor ?? null,
});

/** Beside `pageQuery`, for lists of which any page can be had at once. */
export const skipQuery = {
  skip: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      // No default: a parameter that was left out would be filled in, and be there beside a cursor.
      description:
        'How many of those that match are passed over before the page; none when left out. Positions move when something is added or removed. Not together with `cursor`.',
      examples: [9900],
    }),
  ),
};

/** Throws `invalid_request` for a page that is asked for in both ways. */
export function skippedPageRequestOf(query: { limit?: number; cursor?: string; skip?: number }) {
  if (query.skip !== undefined && query.cursor !== undefined) {
    throw invalidField('skip', 'cannot go together with cursor');
  }
  return { ...pageRequestOf(query), skip: query.skip ?? 0 };
}

/** The answer of a list; the items are a component. */
export const pageOf = (component: string, description: string) =>
  Type.Object(
    {
      items: Type.Array(Type.Ref(`${component}#`)),
      next_cursor: nullable(Type.String({ description: 'For the next page; null on the last one.' })),
    },
    { description },
  );

export const presentPage = async <Item, Presented>(
  page: { items: Item[]; next: string | null },
  present: (item: Item) => Presented | Promise<Presented>,
): Promise<{ items: Presented[]; next_cursor: string | null }> => ({
  items: await Promise.all(page.items.map(present)),
  next_cursor: page.next,
});

export const verdictSchema = Type.Object(
  {
    code: Type.String({ description: 'Reason code, see docs/verdicts.md.', examples: ['grant_revoked'] }),
    sentence: Type.String({ description: 'What is the matter, for people.' }),
    remedy: Type.String({ description: 'What to do about it, for people.' }),
    actor: oneOf(['mailbox_owner', 'mail_administrator', 'workspace', 'operator', 'nobody'], {
      description: 'Who can make it go away; `nobody` = wait.',
    }),
    heals_itself: Type.Boolean({
      description: 'True when it is tried again without anybody doing anything.',
    }),
  },
  { $id: 'Verdict', title: 'Verdict', description: 'Why something does not work, and who must act.' },
);

export const presentVerdict = ({
  code,
  sentence,
  remedy,
  actor,
  healsItself,
}: Verdict): Static<typeof verdictSchema> => ({ code, sentence, remedy, actor, heals_itself: healsItself });

export const problemSchema = Type.Object(
  {
    type: Type.String({ format: 'uri', description: 'The docs page of the code.' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'For people; may change.' }),
    code: oneOf(errorCodes, { description: 'Decide by this.' }),
    request_id: Type.String({ description: 'Also in the header `X-Request-Id` and in the log.' }),
    fields: Type.Optional(
      Type.Array(
        Type.Object({
          field: Type.String({ description: 'JSON Pointer into the body, or the name of a parameter.' }),
          message: Type.String(),
        }),
      ),
    ),
    verdict: Type.Optional(Type.Ref('Verdict#')),
    mailbox_id: Type.Optional(id('The mailbox that the problem is about.')),
    oauth_client_id: Type.Optional(id('The OAuth client that the problem is about.')),
    reconnect_url: Type.Optional(Type.String({ format: 'uri', description: 'For the mailbox owner.' })),
    retry_after_seconds: Type.Optional(Type.Integer({ description: 'As the header `Retry-After`.' })),
    provider: Type.Optional(
      Type.Object({}, { additionalProperties: true, description: "The provider's words." }),
    ),
  },
  { $id: 'Problem', title: 'Problem', description: 'A problem document (RFC 9457).' },
);
