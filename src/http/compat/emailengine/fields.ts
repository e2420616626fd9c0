// What a validator found, as EmailEngine lists it: `{ message, key }` for each field, the whole path in the message
// and its last name as the key.
import type { FieldError } from '../../../core/index.ts';

export type Field = { message: string; key: string };

type Violation = {
  keyword: string;
  instancePath: string;
  params: Record<string, unknown>;
  message?: string;
};

const fieldsMax = 20;

/** An error of the framework's validator. */
export const isViolation = (error: unknown): error is { validation: Violation[] } =>
  error instanceof Error && 'validation' in error && Array.isArray(error.validation);

/** One entry for each field: of the branches of a union only the first says something useful. */
export function fieldsOf({ validation }: { validation: readonly Violation[] }): Field[] {
  const found = new Map<string, Field>();
  for (const violation of validation) {
    const path = pathOf(violation);
    if (!found.has(path) && found.size < fieldsMax) found.set(path, fieldOf(path, messageOf(violation)));
  }
  return [...found.values()];
}

/** From the core's JSON Pointers, in the names of this dialect. */
export const fieldsOfPointers = (errors: readonly FieldError[]): Field[] =>
  errors.map(({ field, message }) => {
    const path = field.replace(/^\//, '').replaceAll('/', '.');
    return fieldOf(names[path] ?? path, message);
  });

const names: Readonly<Record<string, string>> = {
  client_id: 'clientId',
  entra_tenant: 'authority',
  expected_email: 'expectedEmail',
  oauth_client_id: 'provider',
  expires_at: 'expires',
};

export const fieldOf = (path: string, message: string): Field => ({
  message: `"${path === '' ? 'value' : path}" ${message}`,
  key: path.slice(path.lastIndexOf('.') + 1),
});

function pathOf({ keyword, instancePath, params }: Violation): string {
  const member =
    keyword === 'required'
      ? params.missingProperty
      : keyword === 'additionalProperties'
        ? params.additionalProperty
        : undefined;
  const path = instancePath.slice(1).replaceAll('/', '.');
  if (typeof member !== 'string') return path;
  return path === '' ? member : `${path}.${member}`;
}

function messageOf({ keyword, params, message }: Violation): string {
  switch (keyword) {
    case 'required':
      return 'is required';
    case 'additionalProperties':
      return 'is not allowed';
    case 'enum':
      return Array.isArray(params.allowedValues)
        ? `must be one of [${params.allowedValues.join(', ')}]`
        : 'is not one of the allowed values';
    case 'type':
      return `must be of type ${params.type}`;
    case 'format':
      return `must be a valid ${params.format}`;
    default:
      return message ?? 'is not valid';
  }
}
