// The OpenAPI document, as far as the pages of the site read it. Knows nothing of pages.

export type Json = Readonly<Record<string, unknown>>;

export type Operation = {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  tag: string;
  scope: string | null;
  parameters: readonly Json[];
  body: { schema: Json; isRequired: boolean; example: unknown } | null;
  answers: readonly { status: string; description: string; schema: Json | null }[];
};

export type ApiDocument = { operations: readonly Operation[]; objects: Readonly<Record<string, Json>> };

/** Throws for a text that is no OpenAPI document, or one with an operation that has no name or no noun. */
export function parseDocument(text: string): ApiDocument {
  const document = objectOf(JSON.parse(text));
  const operations = Object.entries(objectOf(document.paths)).flatMap(([path, methods]) =>
    Object.entries(objectOf(methods)).map(([method, operation]) =>
      parseOperation(method, path, objectOf(operation)),
    ),
  );
  const schemas = Object.entries(objectOf(objectOf(document.components).schemas));
  return {
    operations,
    objects: Object.fromEntries(schemas.map(([name, schema]) => [name, objectOf(schema)])),
  };
}

function parseOperation(method: string, path: string, operation: Json): Operation {
  const id = textOf(operation.operationId);
  const [tag] = listOf(operation.tags);
  if (id === '' || typeof tag !== 'string')
    throw new Error(`${method} ${path} has no operation id or no tag.`);
  return {
    id,
    method: method.toUpperCase(),
    path,
    summary: textOf(operation.summary) || id,
    description: textOf(operation.description),
    tag,
    scope: textOf(operation['x-required-scope']) || null,
    parameters: listOf(operation.parameters).map(objectOf),
    body: bodyOf(objectOf(operation.requestBody)),
    answers: Object.entries(objectOf(operation.responses)).map(([status, answer]) => ({
      status,
      description: textOf(objectOf(answer).description),
      schema: contentOf(objectOf(answer))?.schema ?? null,
    })),
  };
}

function bodyOf(body: Json): Operation['body'] {
  const content = contentOf(body);
  return content === null ? null : { ...content, isRequired: body.required === true };
}

function contentOf(holder: Json): { schema: Json; example: unknown } | null {
  const [content] = Object.values(objectOf(holder.content)).map(objectOf);
  if (content?.schema === undefined) return null;
  return { schema: objectOf(content.schema), example: content.example };
}

/** No members for what is no object. */
export const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The name of the object that a schema refers to. */
export const referenceOf = (schema: Json): string | null => textOf(schema.$ref).split('/').at(-1) || null;
