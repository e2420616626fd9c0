// From a schema of the OpenAPI document to the TypeScript type of the client. Knows the schemas that the document
// uses and stops at any other, so that nothing is typed as what it is not.

export type Schema = Readonly<Record<string, unknown>>;

/** Names of components that would hide a type which every browser program knows. */
const renamed: Readonly<Record<string, string>> = { Event: 'MailgrantEvent' };

export const typeName = (component: string): string => renamed[component] ?? component;

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `sent` types also take members that are there and undefined: JSON leaves them out. */
export type Direction = 'sent' | 'received';

export function typeOf(schema: Schema, direction: Direction): string {
  const { $ref, anyOf, oneOf, allOf, type } = schema;
  if (typeof $ref === 'string') return typeName($ref.slice($ref.lastIndexOf('/') + 1));
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const union = anyOf ?? oneOf;
  if (Array.isArray(union)) return membersOf(union, direction).join(' | ');
  if (Array.isArray(allOf)) return membersOf(allOf, direction).join(' & ');
  if (Array.isArray(type))
    return type.map((name) => typeOf({ ...schema, type: name }, direction)).join(' | ');
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return isSchema(schema.items) ? `(${typeOf(schema.items, direction)})[]` : 'unknown[]';
    case 'object':
      return objectType(schema, direction);
    case undefined:
      return 'unknown';
    default:
      throw new Error(`no type for the schema ${JSON.stringify(schema)}`);
  }
}

const membersOf = (schemas: unknown[], direction: Direction): string[] => [
  ...new Set(schemas.filter(isSchema).map((schema) => `(${typeOf(schema, direction)})`)),
];

function objectType(schema: Schema, direction: Direction): string {
  const properties = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
  const required = Array.isArray(schema.required) ? schema.required : [];
  if (properties.length === 0) return recordType(schema, direction);
  const lines = properties.filter(isNamedSchema).map(([name, member]) => {
    const isOptional = !required.includes(name);
    const missing = isOptional && direction === 'sent' ? ' | undefined' : '';
    return `${docComment(notesOf(member))}${memberName(name)}${isOptional ? '?' : ''}: ${typeOf(member, direction)}${missing};`;
  });
  // What else may come, beside what always has its name here.
  const others = schema.additionalProperties === true ? '\n[member: string]: unknown;' : '';
  return `{\n${lines.join('\n')}${others}\n}`;
}

const isNamedSchema = (entry: [string, unknown]): entry is [string, Schema] => isSchema(entry[1]);

function recordType({ additionalProperties, patternProperties }: Schema, direction: Direction): string {
  const pattern = isSchema(patternProperties) ? Object.values(patternProperties)[0] : undefined;
  const values = isSchema(additionalProperties) ? additionalProperties : pattern;
  return `Record<string, ${isSchema(values) ? typeOf(values, direction) : 'unknown'}>`;
}

const memberName = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** What the document says in words and numbers about a member. */
export function notesOf(schema: Schema): string {
  const words = typeof schema.description === 'string' ? schema.description : descriptionWithin(schema);
  return [words, bounds(schema), schema.default === undefined ? '' : `Default: \`${schema.default}\`.`]
    .filter((note) => note !== '')
    .join(' ');
}

/** Of something that may be null, the words stand at what it is otherwise. */
function descriptionWithin({ anyOf }: Schema): string {
  const member = Array.isArray(anyOf)
    ? anyOf.filter(isSchema).find(({ description }) => description)
    : undefined;
  return typeof member?.description === 'string' ? member.description : '';
}

function bounds({ minimum, maximum }: Schema): string {
  if (typeof minimum === 'number' && typeof maximum === 'number') return `From ${minimum} to ${maximum}.`;
  return '';
}

export function docComment(text: string): string {
  if (text.trim() === '') return '';
  const lines = text.replaceAll('*/', '*\\/').trim().split('\n');
  return lines.length === 1
    ? `/** ${lines[0]} */\n`
    : `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;
}
