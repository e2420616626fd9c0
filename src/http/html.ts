// HTML that is escaped by construction: the template tag escapes every value, and only what the tag made
// itself goes in as it is.

const markup = Symbol('markup');

/** Made by `html` only. */
export type Html = { readonly [markup]: string };

export type HtmlValue = Html | string | number | null | readonly HtmlValue[];

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe in text and in quoted attribute values; URLs in attributes must be our own or have been checked. */
export const html = (parts: TemplateStringsArray, ...values: HtmlValue[]): Html => ({
  [markup]: parts.map((part, at) => part + (at < values.length ? render(values[at] ?? null) : '')).join(''),
});

export const textOf = (page: Html): string => page[markup];

/** Text that is markup already: our own constants, never a value from outside. */
export const trusted = (text: string): Html => ({ [markup]: text });

function render(value: HtmlValue): string {
  if (value === null) return '';
  if (isList(value)) return value.map(render).join('');
  if (typeof value === 'object') return value[markup];
  return String(value).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

const isList = (value: HtmlValue): value is readonly HtmlValue[] => Array.isArray(value);
