// Reading the members of a body or a query, with the one-sentence refusals that Smartlead gives: the first wrong
// member ends it. Absent is `undefined`; null and the empty text mean "none" where a member is optional.
import { invalid } from './errors.ts';

export type Range = { min: number; max: number };

export type Fields = ReturnType<typeof fieldsOf>;

/** `path` names the object in refusals; '' = the body itself. Throws 422 for anything but an object. */
export function fieldsOf(value: unknown, path = '') {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`${path || 'value'} must be of type object`);
  }
  const members = new Map<string, unknown>(Object.entries(value));
  const label = (name: string): string => (path === '' ? name : `${path}.${name}`);

  function required(name: string): unknown {
    const member = members.get(name);
    if (member === undefined) throw invalid(`${label(name)} is required`);
    return member;
  }

  function wholeNumber(name: string, member: unknown, { min, max }: Range): number {
    if (typeof member !== 'number' || !Number.isFinite(member))
      throw invalid(`${label(name)} must be a number`);
    if (!Number.isInteger(member)) throw invalid(`${label(name)} must be an integer`);
    if (member < min) throw invalid(`${label(name)} must be greater than or equal to ${min}`);
    if (member > max) throw invalid(`${label(name)} must be less than or equal to ${max}`);
    return member;
  }

  function optionalBoolean(name: string): boolean | undefined {
    const member = members.get(name);
    if (member === undefined || typeof member === 'boolean') return member;
    throw invalid(`${label(name)} must be a boolean`);
  }

  function optionalText(name: string, { max }: { max: number }): string | null | undefined {
    const member = members.get(name);
    if (member === undefined || member === null) return member;
    if (typeof member !== 'string') throw invalid(`${label(name)} must be a string`);
    if (member.length > max) {
      throw invalid(`${label(name)} length must be less than or equal to ${max} characters long`);
    }
    return member.trim() === '' ? null : member;
  }

  function text(name: string, limit: { max: number }): string {
    if (required(name) === null) throw invalid(`${label(name)} must be a string`);
    const member = optionalText(name, limit);
    if (member === null || member === undefined) throw invalid(`${label(name)} is not allowed to be empty`);
    return member;
  }

  /** Spaces around it are forgiven. */
  function optionalEmail(name: string): string | null | undefined {
    const member = optionalText(name, { max: 320 });
    if (member === undefined || member === null) return member;
    if (!emailForm.test(member.trim())) throw invalid(`${label(name)} must be a valid email`);
    return member.trim();
  }

  return {
    text,
    optionalText,
    optionalEmail,
    optionalBoolean,

    email(name: string): string {
      text(name, { max: 320 });
      return optionalEmail(name) ?? '';
    },

    boolean(name: string): boolean {
      required(name);
      return optionalBoolean(name) ?? false;
    },

    number(name: string): number {
      const member = required(name);
      if (typeof member !== 'number' || !Number.isFinite(member))
        throw invalid(`${label(name)} must be a number`);
      return member;
    },

    optionalWhole(name: string, range: Range): number | null | undefined {
      const member = members.get(name);
      return member === undefined || member === null ? member : wholeNumber(name, member, range);
    },

    oneOf<T extends string>(name: string, values: readonly T[]): T {
      const member = required(name);
      const found = values.find((value) => value === member);
      if (found === undefined) throw invalid(`${label(name)} must be one of [${values.join(', ')}]`);
      return found;
    },

    /** For `fieldsOf` with the same name. */
    object: required,

    /** Whole numbers from 1, at least one of them. */
    wholes(name: string, { countMax }: { countMax: number }): number[] {
      const list = arrayOf(name, countMax);
      return list.map((member, index) => wholeNumber(`${name}[${index}]`, member, idRange));
    },

    texts(name: string, { countMax }: { countMax: number }): string[] {
      return arrayOf(name, countMax).map((member, index) => {
        if (typeof member !== 'string') throw invalid(`${label(name)}[${index}] must be a string`);
        return member;
      });
    },
  };

  function arrayOf(name: string, countMax: number): unknown[] {
    const member = required(name);
    if (!Array.isArray(member)) throw invalid(`${label(name)} must be an array`);
    if (member.length === 0) throw invalid(`${label(name)} must contain at least 1 items`);
    if (member.length > countMax) {
      throw invalid(`${label(name)} must contain less than or equal to ${countMax} items`);
    }
    return member;
  }
}

/** Ids are positive and fit the database's integers. */
export const idRange: Range = { min: 1, max: 2_147_483_647 };

/** One `@`, no spaces; the provider decides the rest. */
const emailForm = /^[^\s@]+@[^\s@]+$/;
