// Answers of endpoints that say again what they were sent, as an echo service or a page for developers does: what opens
// something is taken out before the beginning of an answer is kept.

/** Stands in place of what was taken out; as in the log. */
const redacted = '[redacted]';
/** Shorter ones are in many a text by chance, and protect nothing. */
const lengthMin = 6;

/**
 * `words`: what was sent and is not to be kept. Found as they are and as JSON or HTML write them, also where the
 * excerpt was cut off within one.
 */
export function withoutEchoes(excerpt: string, words: readonly string[]): string {
  const forms = new Set(words.filter(({ length }) => length >= lengthMin).flatMap(formsOf));
  // Longer ones first: one may hold another.
  const sorted = [...forms].sort((one, other) => other.length - one.length);
  const whole = sorted.reduce((text, form) => text.replaceAll(form, redacted), excerpt);
  const cut = Math.max(0, ...sorted.map((form) => cutWithin(whole, form)));
  return cut === 0 ? whole : `${whole.slice(0, -cut)}${redacted}`;
}

const formsOf = (word: string): string[] => {
  const json = JSON.stringify(word).slice(1, -1);
  return [word, json, json.replaceAll('/', '\\/'), inHtml(word), encodeURIComponent(word)];
};

const inHtml = (word: string): string =>
  word
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** How many characters at the end of the text are a beginning of the form. */
function cutWithin(text: string, form: string): number {
  for (let length = Math.min(form.length - 1, text.length); length >= lengthMin; length -= 1) {
    if (text.endsWith(form.slice(0, length))) return length;
  }
  return 0;
}
