// A JSON schema for people: the rows of a table of its members, and an example of a value.
import { type Json, listOf, objectOf, referenceOf, textOf } from './document.ts';

/** One member of an object, or of an object in it: then its name has dots. */
export type Field = { name: string; type: string; isRequired: boolean; notes: string };

/** How deep objects in objects are told; below that a member is said to be an object and no more. */
const depthMax = 4;

/** The address of the page of objects, and where on it. */
export const objectLink = (name: string): string => `[${name}](./objects.md#${name.toLowerCase()})`;

export function fieldsOf(schema: Json, prefix = '', depth = 0): Field[] {
  const required = new Set(listOf(schema.required));
  return Object.entries(objectOf(schema.properties)).flatMap(([key, value]) => {
    const member = objectOf(value);
    const name = `${prefix}${key}`;
    const field = { name, type: typeOf(member), isRequired: required.has(key), notes: notesOf(member) };
    return [field, ...(depth < depthMax ? insideOf(member, name, depth) : [])];
  });
}

/** Members of an object, of the entries of a list, or of each shape that a member may have. */
function insideOf(member: Json, name: string, depth: number): Field[] {
  const items = objectOf(member.items);
  if (items.properties !== undefined) return fieldsOf(items, `${name}[].`, depth + 1);
  if (member.properties !== undefined) return fieldsOf(member, `${name}.`, depth + 1);
  const shapes = shapesOf(member).filter((shape) => shape.properties !== undefined);
  const seen = new Set<string>();
  return shapes
    .flatMap((shape) => fieldsOf(shape, `${name}.`, depth + 1))
    .filter((field) => !seen.has(field.name) && seen.add(field.name));
}

/** In words, with links to objects; backticks and all, ready for a page. */
export function typeOf(schema: Json): string {
  const reference = referenceOf(schema);
  if (reference !== null) return objectLink(reference);
  const shapes = shapesOf(schema);
  if (shapes.length > 0) return [...new Set(shapes.map(typeOf))].join(' or ');
  if (schema.const !== undefined) return code(schema.const);
  const values = listOf(schema.enum);
  if (values.length > 0) return values.map(code).join(', ');
  const types = Array.isArray(schema.type) ? schema.type.map(textOf) : [textOf(schema.type)];
  return types.map((type) => plainType(type, schema)).join(' or ');
}

function plainType(type: string, schema: Json): string {
  switch (type) {
    case 'array':
      return `list of ${typeOf(objectOf(schema.items))}`;
    case 'object':
      return 'object';
    case 'integer':
      return 'whole number';
    case 'string':
      return formats[textOf(schema.format)] ?? 'text';
    case '':
      return 'any';
    default:
      return type;
  }
}

const formats: Readonly<Record<string, string>> = {
  uuid: 'id',
  'date-time': 'time',
  uri: 'URL',
  email: 'address',
};

/** What it means, then its bounds. */
function notesOf(schema: Json): string {
  const [described = schema] = [schema, ...shapesOf(schema)].filter(
    (shape) => shape.description !== undefined,
  );
  const [bounded = schema] = [schema, ...shapesOf(schema)].filter(
    (shape) => shape.minimum !== undefined || shape.maxLength !== undefined || shape.maxItems !== undefined,
  );
  const { minimum, maximum, maxLength, maxItems } = bounded;
  const bounds = [
    typeof minimum === 'number' || typeof maximum === 'number'
      ? `${Number(minimum ?? 0)} to ${maximum === undefined ? 'any' : Number(maximum)}.`
      : '',
    typeof maxLength === 'number' ? `At most ${maxLength} characters.` : '',
    typeof maxItems === 'number' ? `At most ${maxItems} entries.` : '',
    schema.default === undefined ? '' : `Default: ${code(schema.default)}.`,
  ];
  return [textOf(described.description), ...bounds].filter((part) => part !== '').join(' ');
}

/** A value as the schema's own examples have it; undefined where they say nothing. */
export function exampleOf(schema: Json, objects: Readonly<Record<string, Json>>, depth = 0): unknown {
  const reference = referenceOf(schema);
  if (reference !== null)
    return depth > depthMax ? undefined : exampleOf(objects[reference] ?? {}, objects, depth + 1);
  if (schema.example !== undefined) return schema.example;
  const [example] = listOf(schema.examples);
  if (example !== undefined) return example;
  if (schema.const !== undefined) return schema.const;
  if (schema.default !== undefined) return schema.default;
  const [value] = listOf(schema.enum);
  if (value !== undefined) return value;
  const [shape] = shapesOf(schema);
  if (shape !== undefined) return exampleOf(shape, objects, depth);
  return exampleOfType(schema, objects, depth);
}

function exampleOfType(schema: Json, objects: Readonly<Record<string, Json>>, depth: number): unknown {
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(objectOf(schema.properties)).map(([key, member]) => [
          key,
          exampleOf(objectOf(member), objects, depth + 1),
        ]),
      );
    case 'array': {
      const entry = exampleOf(objectOf(schema.items), objects, depth + 1);
      return entry === undefined ? [] : [entry];
    }
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 0;
    case 'string':
      return schema.format === 'date-time' ? '2026-11-02T09:30:00.000Z' : '...';
    default:
      return null;
  }
}

const shapesOf = (schema: Json): Json[] =>
  [...listOf(schema.anyOf), ...listOf(schema.oneOf), ...listOf(schema.allOf)].map(objectOf);

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
