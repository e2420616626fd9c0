// The docs pages of the error codes: written from the core's table, as files for docs/errors/ and as the pages
// that the `type` of a problem document names.
import type { FastifyInstance } from 'fastify';
import { type ErrorCode, errorTable, GatewayError } from '../core/index.ts';
import { errorCodes, problemDocument } from './problem.ts';

/** Markdown. */
export function errorPage(code: ErrorCode, publicUrl: string): string {
  const { title, status, explanation, remedy } = errorTable[code];
  const example = problemDocument(
    new GatewayError(code, explanation),
    publicUrl,
    '0f6b3f0e-5d0c-4b1e-9a39-6f0a4a7d2c11',
  );
  return `# ${title}

Code \`${code}\`, HTTP status ${status}.

${explanation}

**What to do:** ${remedy}

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`
`;
}

/** Markdown: all codes in one table. `pageOf` gives the link of a code. */
export function errorIndex(pageOf: (code: ErrorCode) => string): string {
  const rows = errorCodes.map(
    (code) => `| [\`${code}\`](${pageOf(code)}) | ${errorTable[code].status} | ${errorTable[code].title} |`,
  );
  return `# Errors

Every error of the API is a problem document (RFC 9457, \`application/problem+json\`). Decide by \`code\`; \`detail\`
is for people and may change. A mailbox that fails its verification is not an error: see
[verdicts](../verdicts.md).

| code | status | title |
|---|---|---|
${rows.join('\n')}
`;
}

export function registerErrorPages(app: FastifyInstance, publicUrl: string): void {
  // Text, because browsers offer text/markdown for download.
  const plain = 'text/plain; charset=utf-8';
  app.get('/docs/errors', async (_request, reply) =>
    reply.type(plain).send(errorIndex((code) => `${publicUrl}/docs/errors/${code}`)),
  );
  app.get<{ Params: { code: string } }>('/docs/errors/:code', async ({ params }, reply) => {
    const code = errorCodes.find((known) => known === params.code);
    if (!code) throw new GatewayError('not_found', 'There is no such error code.');
    return reply.type(plain).send(errorPage(code, publicUrl));
  });
}
