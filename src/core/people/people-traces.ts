// How a person is recognized in a text, and what stands there afterwards. Addresses are found in any case, as they are
// and as a URL or JSON writes them, but not inside of a longer one. Names are words that others have too, so they count
// only in what is about the person.

export type Traces = {
  addresses: readonly string[];
  names: readonly string[];
};

/** Of the form of an address, so that whoever reads it back is content. `.invalid`: RFC 2606. */
const erasedAddress = 'erased@erased.invalid';
const erasedName = 'erased';

/** A name of one or two letters is in everything. */
const nameLengthMin = 3;

export type Recognition = {
  mentions(text: string): boolean;
  /**
   * `isAbout`: the row is the person's, so that names count too. `mark`: made part of the address that stands there
   * afterwards, where no two may be the same.
   */
  erased(text: string, options: { isAbout: boolean; mark?: string | null }): string;
};

export function recognitionOf({ addresses, names }: Traces): Recognition {
  const ofAddresses = patternOf(addresses.flatMap((address) => formsOf(address)));
  const ofNames = patternOf(
    names.filter((name) => name.length >= nameLengthMin).flatMap((name) => formsOf(name)),
  );
  const replace = (text: string, pattern: RegExp | null, by: string): string =>
    pattern === null
      ? text
      : text.replace(pattern, (found) => (found.includes('%') ? encodeURIComponent(by) : by));
  return {
    mentions: (text) => ofAddresses !== null && text.search(ofAddresses) >= 0,
    erased: (text, { isAbout, mark = null }) => {
      const by = mark === null ? erasedAddress : erasedAddress.replace('@', `-${mark}@`);
      const withoutAddresses = replace(text, ofAddresses, by);
      return isAbout ? replace(withoutAddresses, ofNames, erasedName) : withoutAddresses;
    },
  };
}

/** As it is, as a URL has it, as a string in JSON has it. */
function formsOf(text: string): string[] {
  const quoted = JSON.stringify(text).slice(1, -1);
  const encoded = encodeURIComponent(text);
  return [...new Set([text, quoted, encoded, encoded.replaceAll('%20', '+')])];
}

function patternOf(forms: readonly string[]): RegExp | null {
  if (forms.length === 0) return null;
  // The longest first: of two that begin alike the whole one is to go.
  const escaped = [...forms].sort((a, b) => b.length - a.length).map(literally);
  const before = '(?:(?<![\\p{L}\\p{N}._+%-])|(?<=%[0-9A-Fa-f]{2}))';
  const after = '(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}])';
  return new RegExp(`${before}(?:${escaped.join('|')})${after}`, 'giu');
}

/** With `u` only characters of the syntax may be escaped, and a hyphen is none outside of a class. */
const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
