// Reads the one POST form of a simple page: hidden fields, boxes, buttons. Not an HTML parser.
export type Button = { name: string; value: string };
export type Form = {
  action: string;
  hidden: [string, string][];
  boxes: { name: string; value: string }[];
  buttons: Button[];
};

export function parseForm(html: string): Form | undefined {
  const found = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html);
  const opening = attributes(found?.[1] ?? '');
  if (found === null || opening.method?.toLowerCase() !== 'post') return undefined;
  const form: Form = { action: opening.action ?? '', hidden: [], boxes: [], buttons: [] };
  for (const [, tag, text] of (found[2] ?? '').matchAll(/<(input|button)\b([^>]*)>/gi)) {
    const { name = '', value = '', type } = attributes(text ?? '');
    const kind = tag?.toLowerCase() === 'button' ? (type ?? 'submit') : (type ?? 'text');
    if (kind === 'submit') form.buttons.push({ name, value });
    else if (kind === 'checkbox') form.boxes.push({ name, value });
    else if (name !== '') form.hidden.push([name, value]);
  }
  return form;
}

function attributes(text: string): Record<string, string | undefined> {
  const found: Record<string, string> = {};
  for (const [, name, quoted, single, bare] of text.matchAll(
    /([a-zA-Z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  )) {
    if (name !== undefined) found[name.toLowerCase()] = unescapeHtml(quoted ?? single ?? bare ?? '');
  }
  return found;
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replace(/&#(?:39|x27);/g, "'")
    .replace(/&#(?:47|x2F);/gi, '/')
    .replaceAll('&amp;', '&');
}
