// A set-up list as a page: numbered steps, the texts to paste, and at the end which step repairs which verdict.
import { type Actor, type SetUpList, type SetUpStep, verdictOf } from '../../src/core/index.ts';

const actors = {
  mailbox_owner: 'mailbox owner',
  mail_administrator: 'mail administrator',
  workspace: 'workspace',
  operator: 'operator',
  nobody: 'nobody: wait',
} as const satisfies Record<Actor, string>;

/** Placeholders stand in angle brackets, which a page would swallow. */
const prose = (text: string): string => text.replaceAll('<', '&lt;');
const cell = (text: string): string => prose(text).replaceAll('|', '\\|');

const place = ({ where, url }: SetUpStep): string =>
  url === null ? `**Where:** ${prose(where)}` : `**Where:** [${prose(where)}](${url})`;

const valueTable = ({ values }: SetUpStep): string =>
  values.length === 0
    ? ''
    : `\n| what | text |\n|---|---|\n${values
        .map(({ label, value }) => `| ${cell(label)} | \`${value.replaceAll('|', '\\|')}\` |`)
        .join('\n')}\n`;

/** `heading`: with its number signs. */
export const stepText = (step: SetUpStep, heading: string): string =>
  `${heading}\n\n${place(step)}\n\n${step.what.map((sentence) => `- ${prose(sentence)}`).join('\n')}\n${valueTable(step)}`;

export const stepsText = ({ steps }: SetUpList): string =>
  steps.map((step, at) => stepText(step, `## ${at + 1}. ${step.title}`)).join('\n');

/** `variants`: lists with other steps of the same names and places, whose remedies count as well. */
export function verdictTableText(list: SetUpList, variants: SetUpList[]): string {
  const rows = list.steps.flatMap(({ step }, at) =>
    [list, ...variants].flatMap(({ steps }) =>
      steps
        .filter((one) => one.step === step)
        .flatMap(({ title, remedyFor }) => remedyFor.map((code) => ({ code, place: `${at + 1}. ${title}` }))),
    ),
  );
  const codes = [...new Set(rows.map(({ code }) => code))];
  const lines = codes.map((code) => {
    const { sentence, actor } = verdictOf(code);
    const places = new Set(rows.filter((row) => row.code === code).map((row) => row.place));
    return `| \`${code}\` | ${cell(sentence)} | ${actors[actor]} | ${[...places].join('<br>')} |`;
  });
  return `| verdict | what is the matter | who acts | step |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}
