// The search of the canary tests: which secrets are in which places, in the forms in which they could get there. Knows
// neither where the places come from nor what the secrets are for.

/** `isLink`: handed to a person in the address of a page, so its own pages may show it. */
export type CanarySecret = { name: string; value: string; isLink?: boolean };

/** `isShownToHolder`: seen by whoever has the link in question, and by nobody else. */
export type CanaryPlace = { name: string; content: string; isShownToHolder?: boolean };

export type Finding = { secret: string; place: string; form: string };

/** Shorter texts are found everywhere. */
const lengthMin = 8;

/** As text, and as it would look inside of JSON, a URL, base64 and hexadecimal. Private keys also line by line. */
export function formsOf(value: string): [form: string, text: string][] {
  const bytes = Buffer.from(value);
  const lines = value
    .split(/\r?\n|\\n/)
    .filter((line) => line.length >= 40 && line !== value && !line.startsWith('-----'));
  const forms: [string, string][] = [
    ['as it is', value],
    ['in JSON', JSON.stringify(value).slice(1, -1)],
    ['in a URL', encodeURIComponent(value)],
    ['in a form', new URLSearchParams({ v: value }).toString().slice(2)],
    ['in base64', bytes.toString('base64').replace(/=+$/, '')],
    ['in base64url', bytes.toString('base64url')],
    ['in hexadecimal', bytes.toString('hex')],
    ['in hexadecimal capitals', bytes.toString('hex').toUpperCase()],
    ...lines.map((line): [string, string] => ['a line of it', line]),
  ];
  const seen = new Set<string>();
  return forms.filter(([, text]) => text.length >= lengthMin && !seen.has(text) && seen.add(text));
}

/** Every secret in every place where it must not be. Never says the secret itself. */
export function findSecrets(places: readonly CanaryPlace[], secrets: readonly CanarySecret[]): Finding[] {
  const findings: Finding[] = [];
  for (const { name, value, isLink = false } of secrets) {
    const forms = formsOf(value);
    for (const place of places) {
      if (isLink && place.isShownToHolder === true) continue;
      for (const [form, text] of forms) {
        if (place.content.includes(text)) findings.push({ secret: name, place: place.name, form });
      }
    }
  }
  return findings;
}

/** The JSON text with the named members taken out, wherever they are; `handed` gets what they held. */
export function takenOut(
  text: string,
  names: readonly string[],
  handed: (name: string, value: string) => void,
): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  return JSON.stringify(value, (name, inner: unknown) => {
    if (typeof inner !== 'string' || !names.includes(name)) return inner;
    handed(name, inner);
    return '[handed]';
  });
}
