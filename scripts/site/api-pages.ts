// The pages of the API reference, one for each operation, written from the OpenAPI document. Markdown as VitePress
// takes it: nothing in it may be read as a tag or as an expression.
import type { ApiDocument, Json, Operation } from './document.ts';
import { objectOf, textOf } from './document.ts';
import { exampleOf, type Field, fieldsOf, typeOf } from './schemas.ts';

export type Page = { slug: string; title: string; group: string; content: string };

const introduction = `Every call carries \`Authorization: Bearer <API key>\`. A key of the installation names the workspace it acts in
with the header \`Mailgrant-Workspace\`. Bodies and answers are JSON in snake case; errors are problem documents
(RFC 9457), to be decided by their [\`code\`](../errors/README.md). Lists answer \`items\` and \`next_cursor\`, which is
the next call's \`after\`. Every gateway serves this reference, ready to be tried, at \`/docs/api\`, and the document that it is
made of at \`/v1/openapi.json\`.`;

export function operationPages(document: ApiDocument): Page[] {
  return document.operations.map((operation) => ({
    slug: slugOf(operation),
    title: operation.summary,
    group: operation.tag,
    content: operationPage(operation, document.objects),
  }));
}

/** All operations, by noun, in the order of the document. */
export function indexPage(document: ApiDocument): string {
  const tags = [...new Set(document.operations.map(({ tag }) => tag))];
  const parts = tags.map((tag) => {
    const rows = document.operations
      .filter((operation) => operation.tag === tag)
      .map((operation) => {
        const call = `\`${operation.method} ${operation.path}\``;
        return `| [${text(operation.summary)}](./${slugOf(operation)}.md) | ${call} | ${scopeOf(operation)} |`;
      });
    return `## ${tag}\n\n| operation | call | scope |\n|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# API reference\n\n${introduction}\n\n${parts.join('\n')}`;
}

export function objectsPage({ objects }: ApiDocument): string {
  const parts = Object.keys(objects)
    .sort()
    .map((name) => {
      const schema = objects[name] ?? {};
      const told = textOf(schema.description);
      return [`## ${name}`, ...(told ? [text(told)] : []), fieldTable(fieldsOf(schema), '')].join('\n\n');
    });
  return `# Objects\n\nWhat answers are made of. Times are RFC 3339 in UTC.\n\n${parts.join('\n\n')}\n`;
}

/** `createConnectSession` is at `create-connect-session`. */
export const slugOf = ({ id }: Operation): string =>
  id.replace('OAuth', 'Oauth').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function operationPage(operation: Operation, objects: ApiDocument['objects']): string {
  const { method, path, summary, description, parameters, body, answers } = operation;
  const sections = [
    `# ${text(summary)}`,
    `\`\`\`http\n${method} ${path}\n\`\`\``,
    text(description),
    ...parameterSections(parameters),
  ];
  if (body !== null) {
    sections.push(`## Body${body.isRequired ? '' : ' (may be left out)'}`);
    sections.push(
      body.schema.properties === undefined
        ? typeOf(body.schema)
        : fieldTable(fieldsOf(body.schema), 'Required.'),
    );
  }
  sections.push('## Example', curl(operation));
  for (const { status, schema } of answers) {
    if (!status.startsWith('2') || schema === null) continue;
    sections.push(
      `Answers ${status}:`,
      `\`\`\`json\n${JSON.stringify(exampleOf(schema, objects), null, 2)}\n\`\`\``,
    );
  }
  sections.push('## Answers', answerTable(answers));
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function parameterSections(parameters: readonly Json[]): string[] {
  if (parameters.length === 0) return [];
  const rows = parameters.map((parameter): Field & { place: string } => {
    const schema = objectOf(parameter.schema);
    return {
      name: textOf(parameter.name),
      place: textOf(parameter.in),
      type: typeOf(schema),
      isRequired: parameter.required === true,
      notes: textOf(parameter.description) || textOf(schema.description),
    };
  });
  const lines = rows.map(
    ({ name, place, type, isRequired, notes }) =>
      `| \`${name}\` | ${place} | ${cell(type)} | ${meaning(isRequired ? 'Required.' : '', notes)} |`,
  );
  return ['## Parameters', `| name | in | type | meaning |\n|---|---|---|---|\n${lines.join('\n')}`];
}

function fieldTable(fields: readonly Field[], word: string): string {
  if (fields.length === 0) return 'No members.';
  const lines = fields.map(
    ({ name, type, isRequired, notes }) =>
      `| \`${name}\` | ${cell(type)} | ${meaning(isRequired ? word : '', notes)} |`,
  );
  return `| member | type | meaning |\n|---|---|---|\n${lines.join('\n')}`;
}

function answerTable(answers: Operation['answers']): string {
  const lines = answers.map(({ status, description, schema }) => {
    const shape = schema === null ? '' : typeOf(schema);
    return `| ${status} | ${shape === 'object' ? '' : cell(shape)} | ${cell(withErrorLinks(description))} |`;
  });
  return `| status | body | meaning |\n|---|---|---|\n${lines.join('\n')}`;
}

/** Descriptions of refusals begin with the error's code. */
const withErrorLinks = (description: string): string =>
  description.replaceAll(/`([a-z_]+)`(?=:)/g, (_, code: string) => `[\`${code}\`](../errors/${code}.md)`);

function curl({ method, path, body }: Operation): string {
  const lines = [
    `curl -X ${method} "$MAILGRANT_URL${path.replaceAll(/[{}]/g, (brace) => (brace === '{' ? '<' : '>'))}"`,
  ];
  lines.push('  -H "Authorization: Bearer $MAILGRANT_API_KEY"');
  if (body?.example !== undefined) {
    lines.push('  -H "Content-Type: application/json"', `  -d '${JSON.stringify(body.example)}'`);
  }
  return `\`\`\`sh\n${lines.join(' \\\n')}\n\`\`\``;
}

const meaning = (word: string, notes: string): string =>
  cell([word, notes].filter((part) => part !== '').join(' '));

const scopeOf = ({ scope }: Operation): string => (scope === null ? '' : `\`${scope}\``);

/** Text of the document outside of backticks, without what Vue or HTML would take for its own. */
const text = (markdown: string): string =>
  markdown
    .split(/(`[^`]*`)/)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('{{', '&#123;&#123;'),
    )
    .join('');

const cell = (markdown: string): string => text(markdown).replaceAll('|', '\\|').replaceAll('\n', ' ');
