// What a JSON Schema validator found, as fields that a person can repair.
import type { FieldError } from '../core/index.ts';

/** One entry of ajv's error list. */
export type SchemaViolation = {
  keyword: string;
  instancePath: string;
  params: Record<string, unknown>;
  message?: string;
};

const fieldsMax = 20;

/**
 * Body fields as JSON Pointers (RFC 6901), parameters of the query by name. Branches of a union report each by
 * themselves and then together; only the first says something useful, so one entry per field is kept. Of an object
 * that may also be null, what is wrong inside says more than that it is not null.
 */
export function fieldErrors(violations: readonly SchemaViolation[], isBody: boolean): FieldError[] {
  const found = new Map<string, FieldError>();
  for (const violation of violations) {
    const field = fieldOf(violation, isBody);
    const known = found.get(field);
    if (known) known.message = joined(known.message, violation);
    else if (found.size < fieldsMax) found.set(field, { field, message: messageOf(violation) });
  }
  const unions = violations.filter(({ keyword }) => keyword === 'anyOf');
  for (const field of unions.map((violation) => fieldOf(violation, isBody))) {
    if ([...found.keys()].some((other) => other.startsWith(`${field}/`))) found.delete(field);
  }
  return [...found.values()];
}

function fieldOf({ keyword, instancePath, params }: SchemaViolation, isBody: boolean): string {
  const member =
    keyword === 'required'
      ? params.missingProperty
      : keyword === 'additionalProperties'
        ? params.additionalProperty
        : keyword === 'propertyNames'
          ? params.propertyName
          : undefined;
  const pointer =
    typeof member === 'string'
      ? `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`
      : instancePath;
  return isBody ? pointer : pointer.slice(1);
}

/** RFC 3986 knows ASCII alone; where people have other letters in a host, they are told how it is written. */
const formatWords: Readonly<Record<string, string>> = {
  uuid: 'must be an id (UUID)',
  uri: 'must be a URI (in ASCII: a host with other letters begins with xn--, as xn--bcher-kva.example)',
};

function messageOf({ keyword, instancePath, params, message }: SchemaViolation): string {
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
      return 'is not known here';
    case 'propertyNames':
      return 'is not a valid name';
    case 'enum':
      return Array.isArray(params.allowedValues)
        ? `must be one of: ${params.allowedValues.join(', ')}`
        : 'is not one of the allowed values';
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`;
    case 'type':
      return instancePath === '' ? 'must be a JSON object' : `must be ${params.type}`;
    case 'minProperties':
      return 'must have at least one member';
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} characters`;
    case 'maxLength':
      return `must have at most ${params.limit} characters`;
    case 'minItems':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${params.limit} items`;
    case 'maxItems':
      return `must have at most ${params.limit} items`;
    case 'maxProperties':
      return `must have at most ${params.limit} members`;
    case 'uniqueItems':
      return 'must not have the same item twice';
    case 'minimum':
      return `must be at least ${params.limit}`;
    case 'maximum':
      return `must be at most ${params.limit}`;
    case 'format':
      return formatWords[String(params.format)] ?? `must be a ${params.format}`;
    case 'pattern':
      return 'is not of the form that is needed here';
    default:
      return message ?? 'is not valid';
  }
}

/** A format says more than the pattern beside it; `must be string` and `must be null` of one union read as `must be string or null`. */
function joined(message: string, violation: SchemaViolation): string {
  const { keyword, params } = violation;
  if (keyword === 'format') return messageOf(violation);
  const type = params.type;
  if (keyword !== 'type' || typeof type !== 'string' || !message.startsWith('must be ')) return message;
  return message.includes(type) ? message : `${message} or ${type}`;
}
