// The OpenAPI document of the native surface, made from the schemas of its routes, and the page that shows it.
import swagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { documentedWebhooks } from './openapi-webhooks.ts';

export const documentPath = '/v1/openapi.json';

const description = `Connects Gmail and Outlook mailboxes over OAuth 2.0, keeps their grants alive and hands out
access tokens that work.

Every call carries \`Authorization: Bearer <API key>\`. A key of the installation names the workspace it acts in
with the header \`Mailgrant-Workspace\`. Errors are problem documents (RFC 9457); decide by their \`code\`.`;

/** Before the routes: it watches them being registered. */
export async function registerDocument(app: FastifyInstance, publicUrl: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Mailgrant',
        version: '1',
        description,
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          api_key: { type: 'http', scheme: 'bearer', description: 'An API key, `mg_...`.' },
        },
      },
    },
    transformObject: withOptionalBodies,
    refResolver: {
      buildLocalReference: ({ $id }, _baseUri, _fragment, index) =>
        typeof $id === 'string' ? $id : `schema-${index}`,
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs/api',
    theme: { title: 'Mailgrant API', favicon: [] },
    uiConfig: { layout: 'BaseLayout', deepLinking: true, persistAuthorization: false, validatorUrl: null },
    // Everything from this origin; the page's styles are set by script, which no hash can name.
    staticCSP: {
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' data:",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    },
  });
}

/** The plugin calls every body required; those whose members may all be left out may be left out themselves. */
const withOptionalBodies: NonNullable<FastifyDynamicSwaggerOptions['transformObject']> = (described) => {
  if (!('openapiObject' in described)) return described.swaggerObject;
  for (const path of Object.values(described.openapiObject.paths ?? {})) {
    const body = path?.post?.requestBody;
    if (!body || !('content' in body)) continue;
    const schema = body.content['application/json']?.schema;
    if (schema && 'properties' in schema && !schema.required) body.required = false;
  }
  return Object.assign(described.openapiObject, { webhooks: documentedWebhooks() });
};
