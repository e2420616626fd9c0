// Writes docs/webhook-events.md from the catalogue of events; with --check it only compares.
import { eventCatalogue, webhookEventTypes, webhookExample } from '../src/core/index.ts';
import { writeOrCompare } from './generated-file.ts';

const sections = webhookEventTypes.map((type) => {
  const { tells } = eventCatalogue[type];
  return `## ${type}
${tells}

\`\`\`json
${JSON.stringify(webhookExample(type), null, 2)}
\`\`\`
`;
});

const text = `<!-- Written by \`npm run generate\` from src/core. -->
# Webhook events

What is posted for each type of event, in the format of Standard Webhooks. How endpoints are made, what signs, and when
something is sent again: [webhooks](webhooks.md).

In every body \`data.workspace_id\` is the workspace (null for events of the installation), and the id of what changed has
its natural name. \`verdict\` says what is the matter and who must act ([all verdicts](verdicts.md)). \`reconnect_url\` is for
the mailbox owner; it may be null. Members are added in later releases: ignore those that you do not know.

${sections.join('\n')}`;

process.exitCode = writeOrCompare('docs/webhook-events.md', text);
