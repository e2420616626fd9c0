// What every operation of the native surface says about itself: name, scope, answers. Routes spread it into
// their schema, and the OpenAPI document is made from nothing else.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { type ApiKeyScope, type Core, type ErrorCode, errorTable } from '../../core/index.ts';

/** The application as noun files see it: handlers get the types of their schemas. */
export type NativeApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Registers the routes of one noun. */
export type Noun = (app: NativeApp, core: Core) => void;

export type Operation = {
  /** Unique, camelCase: the method's name in generated clients. */
  id: string;
  tag: string;
  summary: string;
  description?: string;
  /** Null = any valid key. */
  scope: ApiKeyScope | null;
  /** For whoever is not known yet. */
  isPublic?: boolean;
  takesBody?: true;
  /** Answers that are no errors, by status. */
  success: Record<number, TSchema>;
  /** Errors beside those that every operation has. */
  errors?: readonly ErrorCode[];
};

/** Described here; read by `authenticate`. */
const workspaceHeader = Type.Object({
  'mailgrant-workspace': Type.Optional(
    Type.String({
      description: 'For keys of the installation: id of the workspace to act in.',
      examples: ['019a2b8c-71c4-7d52-a1b0-3f2d8c6e9a10'],
    }),
  ),
});

const ofBodies = ['body_too_large', 'unsupported_media_type', 'conflict'] as const;
const everywhere = [
  'invalid_request',
  'unauthenticated',
  'permission_denied',
  'internal_error',
  'overloaded',
] as const;

export function operation({
  id,
  tag,
  summary,
  description,
  scope,
  isPublic = false,
  takesBody,
  success,
  errors = [],
}: Operation) {
  const scopeText = isPublic
    ? 'Needs no API key.'
    : scope === null
      ? 'Any valid API key may.'
      : `Needs the scope \`${scope}\`.`;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: description ? `${description}\n\n${scopeText}` : scopeText,
    security: isPublic ? [] : [{ api_key: [] }],
    ...(isPublic ? {} : { headers: workspaceHeader }),
    ...(scope === null ? {} : { 'x-required-scope': scope }),
    response: { ...success, ...problems([...everywhere, ...(takesBody ? ofBodies : []), ...errors]) },
  };
}

/** A component as an answer, with the words that stand beside it in the document. */
export const answer = (component: string, description: string): TSchema =>
  Type.Ref(`${component}#`, { description });

export const noContent = (description: string): TSchema => Type.Null({ description });

function problems(codes: readonly ErrorCode[]): Record<number, TSchema> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = errorTable[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, members]) => [
      status,
      Type.Unsafe<unknown>({
        description: members.map((code) => `\`${code}\`: ${errorTable[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
      }),
    ]),
  );
}
