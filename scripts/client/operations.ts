// The operations of the OpenAPI document as methods of the client: which group each one belongs to, what it is called,
// what it takes and gives. A name follows from the path, so a new operation needs no line here.
import { isSchema, type Schema } from './schema-types.ts';

export type Operation = {
  group: string;
  method: string;
  /** `readMailbox` gives `ReadMailbox`, of which the names of its types are made. */
  typePrefix: string;
  verb: string;
  path: string;
  parameters: readonly string[];
  query: Schema | null;
  body: { schema: Schema; isRequired: boolean } | null;
  answers: readonly (Schema | null)[];
  answersText: boolean;
  /** The item of a list that goes on over pages, and the parameter that takes where to go on. */
  page: { item: Schema; cursor: string } | null;
  /** True when doing it twice does no harm beyond doing it once. */
  isRepeatable: boolean;
  words: string;
};

/** POSTs that change nothing that a caller could see twice: a token read is a read. */
const repeatablePosts: readonly string[] = ['readToken'];

/** Paths that name no noun. */
const topLevel: readonly string[] = ['whoami'];

export function operationsOf(document: Schema): Operation[] {
  const paths = isSchema(document.paths) ? Object.entries(document.paths) : [];
  const operations = paths.flatMap(([path, item]) =>
    isSchema(item)
      ? Object.entries(item).flatMap(([verb, described]) =>
          isSchema(described) ? [operationOf(path, verb.toUpperCase(), described)] : [],
        )
      : [],
  );
  const names = operations.map(({ group, method }) => `${group}.${method}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two operations would be the method ${twice}`);
  return operations;
}

function operationOf(path: string, verb: string, described: Schema): Operation {
  const id = String(described.operationId);
  const responses = isSchema(described.responses) ? Object.entries(described.responses) : [];
  const successes = responses.filter(([status]) => status.startsWith('2'));
  const answers = successes.map(([, response]) => contentOf(response));
  const parameters = listed(described.parameters);
  const query = querySchema(parameters.filter((parameter) => parameter.in === 'query'));
  const page = pageOf(answers, query);
  const [group, method] = nameOf({ path, verb, id, isPage: page !== null });
  return {
    group,
    method,
    typePrefix: id.charAt(0).toUpperCase() + id.slice(1),
    verb,
    path,
    parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => camelCase(name ?? '')),
    query,
    body: bodyOf(described.requestBody),
    answers,
    answersText: successes.some(([, response]) => isText(response)),
    page,
    isRepeatable: ['GET', 'PUT', 'DELETE'].includes(verb) || repeatablePosts.includes(id),
    words: [described.summary, described.description]
      .filter((text) => typeof text === 'string')
      .join('.\n\n'),
  };
}

function nameOf({
  path,
  verb,
  id,
  isPage,
}: {
  path: string;
  verb: string;
  id: string;
  isPage: boolean;
}): [string, string] {
  const [noun = '', ...rest] = path.replace(/^\/v1\//, '').split('/');
  if (topLevel.includes(noun)) return ['', camelCase(noun)];
  const group = camelCase(noun);
  const words = rest.filter((segment) => !segment.startsWith('{'));
  const [first, second] = words;
  const firstWord = id.replace(/[A-Z].*$/, '');
  if (first === undefined) {
    if (verb === 'GET') return [group, isPage ? 'list' : 'get'];
    return [group, verb === 'PATCH' ? 'update' : firstWord];
  }
  if (second !== undefined) return [group, `${camelCase(second)}${pascalCase(singular(first))}`];
  const hasOwnId = rest.at(-1)?.startsWith('{') ?? false;
  if (hasOwnId) return [group, `${verb === 'GET' ? 'get' : firstWord}${pascalCase(singular(first))}`];
  if (verb === 'GET' && isPage) return [group, `list${pascalCase(first)}`];
  return [group, verb === 'GET' || verb === 'POST' ? camelCase(first) : `${firstWord}${pascalCase(first)}`];
}

const singular = (noun: string): string => noun.replace(/s$/, '');
const camelCase = (text: string): string =>
  text.replaceAll(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase());
export const pascalCase = (text: string): string => camelCase(`-${text}`);

const listed = (value: unknown): Schema[] => (Array.isArray(value) ? value.filter(isSchema) : []);

function querySchema(parameters: readonly Schema[]): Schema | null {
  if (parameters.length === 0) return null;
  const properties = parameters.map(({ name, schema, description }) => [
    name,
    { ...(isSchema(schema) ? schema : {}), ...(description === undefined ? {} : { description }) },
  ]);
  const required = parameters.filter((parameter) => parameter.required === true).map(({ name }) => name);
  return { type: 'object', required, properties: Object.fromEntries(properties) };
}

function bodyOf(requestBody: unknown): Operation['body'] {
  const schema = contentOf(requestBody);
  if (schema === null || !isSchema(requestBody)) return null;
  return { schema, isRequired: requestBody.required !== false };
}

/** Null = no content. */
function contentOf(described: unknown): Schema | null {
  if (!isSchema(described) || !isSchema(described.content)) return null;
  const media = Object.values(described.content)[0];
  return isSchema(media) && isSchema(media.schema) ? media.schema : null;
}

const isText = (response: unknown): boolean =>
  isSchema(response) &&
  isSchema(response.content) &&
  Object.keys(response.content).some((type) => type.startsWith('text/'));

function pageOf(answers: readonly (Schema | null)[], query: Schema | null): Operation['page'] {
  const [answer] = answers;
  if (!isSchema(answer?.properties) || !isSchema(query?.properties)) return null;
  const { items, next_cursor: next } = answer.properties;
  if (!isSchema(items) || !isSchema(items.items) || next === undefined) return null;
  const cursor = ['cursor', 'after'].find((name) => isSchema(query.properties) && name in query.properties);
  return cursor === undefined ? null : { item: items.items, cursor };
}
