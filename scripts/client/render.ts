// The two generated files of the client: the types of the document, and the methods that call its operations.
import { type Operation, operationsOf, pascalCase } from './operations.ts';
import { docComment, isSchema, notesOf, type Schema, typeName, typeOf } from './schema-types.ts';

const heading = '// Generated from docs/openapi.json by `npm run generate`; not to be changed by hand.';

export function renderTypes(document: Schema): string {
  const components = isSchema(document.components) ? document.components.schemas : undefined;
  const types = Object.entries(isSchema(components) ? components : {}).flatMap(([name, schema]) =>
    isSchema(schema) ? [typeText(typeName(name), schema, 'received')] : [],
  );
  const asked = operationsOf(document).flatMap(({ typePrefix, query, body }) => [
    ...(query ? [typeText(`${typePrefix}Query`, query, 'sent')] : []),
    ...(body && !body.schema.$ref ? [typeText(`${typePrefix}Body`, body.schema, 'sent')] : []),
  ]);
  return `${heading}\n\n${[...types, ...asked, ...renderWebhooks(document)].join('\n')}`;
}

const typeText = (name: string, schema: Schema, direction: 'sent' | 'received'): string =>
  `${docComment(notesOf(schema))}export type ${name} = ${typeOf(schema, direction)};\n`;

/** The section `webhooks` of the document (OpenAPI 3.1): each body that an endpoint may be sent. */
function renderWebhooks(document: Schema): string[] {
  const described = isSchema(document.webhooks) ? Object.entries(document.webhooks) : [];
  const bodies = described.flatMap(([name, item]) => {
    const schema = webhookBody(item);
    return schema === null ? [] : [{ name, schema: { ...schema, description: wordsOf(item) } }];
  });
  if (bodies.length === 0) return [anyWebhook];
  const nameOf = (name: string) => `${pascalCase(name.replaceAll('.', '_'))}Event`;
  return [
    ...bodies.map(({ name, schema }) => typeText(nameOf(name), schema, 'received')),
    `/** What a webhook brings, told apart by \`type\`. */\nexport type WebhookEvent = ${bodies.map(({ name }) => nameOf(name)).join(' | ')};\n`,
  ];
}

/** For a document that does not tell the bodies apart. */
const anyWebhook = `/** What a webhook brings. */\nexport type WebhookEvent = {\n/** What happened. */\ntype: string;\n/** When it happened. */\ntimestamp: string;\n/** What it happened to; never a secret. */\ndata: Record<string, unknown>;\n};\n`;

function wordsOf(item: unknown): string {
  const post = isSchema(item) && isSchema(item.post) ? item.post : {};
  return typeof post.description === 'string' ? post.description : '';
}

function webhookBody(item: unknown): Schema | null {
  const post = isSchema(item) && isSchema(item.post) ? item.post : null;
  const content = isSchema(post?.requestBody) ? post.requestBody.content : null;
  const media = isSchema(content) ? content['application/json'] : null;
  return isSchema(media) && isSchema(media.schema) ? media.schema : null;
}

/** The codes as a value: what came over the network is compared with it. */
export function renderCodes(document: Schema): string {
  const components = isSchema(document.components) ? document.components.schemas : undefined;
  const problem = isSchema(components) ? components.Problem : undefined;
  const properties = isSchema(problem) ? problem.properties : undefined;
  const code = isSchema(properties) ? properties.code : undefined;
  if (!isSchema(code) || !Array.isArray(code.enum)) throw new Error('the document names no error codes');
  const members = code.enum.map((name) => `${name}: true,`).join('\n');
  return `${heading}\nimport type { Problem } from './types.ts';\n\n/** Every code that the server may send. */\nexport const serverErrorCodes = {\n${members}\n} as const satisfies Record<Problem['code'], true>;\n`;
}

/** Of the package, so that a program tells which release it uses. */
export function renderVersion(manifest: unknown): string {
  const version = isSchema(manifest) ? manifest.version : undefined;
  if (typeof version !== 'string') throw new Error('the package of the client has no version');
  return `${heading.replace('docs/openapi.json', 'sdk/package.json')}\nexport const version = '${version}';\n`;
}

export function renderOperations(document: Schema): string {
  const groups = new Map<string, Operation[]>();
  for (const operation of operationsOf(document)) {
    groups.set(operation.group, [...(groups.get(operation.group) ?? []), operation]);
  }
  const types = [...groups].map(([group, members]) => renderGroupType(group, members));
  const nouns = [...groups.keys()].filter((group) => group !== '');
  const values = [...groups].map(([group, members]) => {
    const methods = members.map(renderMethods).join('');
    return group === '' ? methods : `${group}: {\n${methods}},\n`;
  });
  const used = typesUsed(document, types.join('\n'));
  return [
    heading,
    "import { type Call, type CallOptions, segment } from '../call.ts';",
    "import { type Page, pagesOf } from '../pages.ts';",
    `import type { ${used.join(', ')} } from './types.ts';\n`,
    types.join('\n'),
    `/** Every operation of the API, by noun. */\nexport type Operations = ${groups.has('') ? 'TopLevelOperations & ' : ''}{\n${nouns
      .map((group) => `${group}: ${pascalCase(group)}Operations;`)
      .join('\n')}\n};\n`,
    '/** The methods, each over one way to make a call. */',
    `export const operationsOf = (call: Call): Operations => ({\n${values.join('')}});\n`,
  ].join('\n');
}

function renderGroupType(group: string, operations: readonly Operation[]): string {
  const methods = operations.map((operation) => {
    const { method, page, words } = operation;
    const called = `${docComment(words)}${method}(${signatureOf(operation)}): Promise<${answerType(operation)}>;\n`;
    if (page === null) return called;
    const comment = docComment(`${words.split('\n')[0]?.replace(/\.$/, '')}, one by one over all pages.`);
    return `${called}${comment}${iteratorName(method)}(${signatureOf(operation)}): AsyncIterableIterator<${typeOf(page.item, 'received')}>;\n`;
  });
  const name = group === '' ? 'TopLevel' : pascalCase(group);
  return `export type ${name}Operations = {\n${methods.join('')}};\n`;
}

const iteratorName = (method: string): string => method.replace(/^list/, 'iterate');

function signatureOf(operation: Operation): string {
  const { parameters, body, query, typePrefix } = operation;
  const isQueryRequired = Array.isArray(query?.required) && query.required.length > 0;
  return [
    ...parameters.map((name) => `${name}: string`),
    ...(body ? [`body${body.isRequired ? '' : '?'}: ${bodyType(operation)}`] : []),
    ...(query ? [`query${isQueryRequired ? '' : '?'}: ${typePrefix}Query`] : []),
    'options?: CallOptions',
  ].join(', ');
}

const bodyType = ({ body, typePrefix }: Operation): string =>
  body?.schema.$ref ? typeOf(body.schema, 'sent') : `${typePrefix}Body`;

function answerType({ page, answers, answersText }: Operation): string {
  if (page) return `Page<${typeOf(page.item, 'received')}>`;
  if (answersText) return 'string';
  // An empty answer is promised by itself, or beside one with content.
  const filled = answers.flatMap((schema) => (isContent(schema) ? [typeOf(schema, 'received')] : []));
  if (filled.length === 0) return 'void';
  const empty = answers.some((schema) => !isContent(schema)) ? ['undefined'] : [];
  return [...new Set([...filled, ...empty])].join(' | ');
}

const isContent = (schema: Schema | null): schema is Schema => schema !== null && schema.type !== 'null';

function renderMethods(operation: Operation): string {
  const { method, parameters, path, verb, body, query, page, isRepeatable, answersText } = operation;
  const names = [...parameters, ...(body ? ['body'] : []), ...(query ? ['query'] : [])];
  const request = [
    `method: '${verb}'`,
    `path: ${pathText(path)}`,
    ...(body ? ['body'] : []),
    ...(query ? ['query'] : []),
    ...(isRepeatable ? ['isRepeatable: true'] : []),
    ...(answersText ? ["answers: 'text'"] : []),
  ].join(', ');
  const call = `${method}: (${[...names, 'options'].join(', ')}) => call({ ${request} }, options),\n`;
  if (page === null) return call;
  // Where the walk begins is told once: the pages behind the first one have their place by the cursor.
  const goesOn = [
    ...(isSchema(query?.properties) && 'skip' in query.properties ? ['skip: undefined'] : []),
    page.cursor,
  ];
  const asked = `query: { ...query, ...(${page.cursor} === null ? {} : { ${goesOn.join(', ')} }) }`;
  return `${call}${iteratorName(method)}: (${[...names, 'options'].join(', ')}) => pagesOf((${page.cursor}) => call({ ${request.replace(/\bquery\b/, asked)} }, options)),\n`;
}

const pathText = (path: string): string =>
  path.includes('{')
    ? `\`${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `\${segment(${pascalCase(name).charAt(0).toLowerCase()}${pascalCase(name).slice(1)})}`)}\``
    : `'${path}'`;

/** Names of the generated types that a text mentions. */
function typesUsed(document: Schema, text: string): string[] {
  const known = [...renderTypes(document).matchAll(/^export type (\w+)/gm)].map(([, name]) => name ?? '');
  const words = new Set(text.match(/\b[A-Z]\w+/g));
  return known.filter((name) => words.has(name)).sort();
}
