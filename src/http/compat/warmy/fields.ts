// Reads members of a JSON body one by one and notes every mistake, so that a caller is told of all of them at once.
// As Warmy does: null and '' are "not given", numbers may come as text, unknown members are ignored.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { unprocessable, WarmyError } from './errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Any type, or none; an empty body is no body. */
export function acceptBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, async ({ headers }: FastifyRequest, text: string) => {
    if (text.trim() === '') return null;
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? 'application/json';
    if (type !== 'application/json') {
      throw new WarmyError(415, ['Unsupported media type: send application/json']);
    }
    return parse(text);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WarmyError(400, ['The body is not valid JSON']);
  }
}

/** The members of an object; null for anything else. */
export const fieldsOf = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : null;

/** The member `mailbox` of a body, which every write but deletion has. */
export function mailboxOf(body: unknown): Fields {
  const mailbox = fieldsOf(fieldsOf(body)?.mailbox);
  if (mailbox === null) throw unprocessable('mailbox is missing');
  return mailbox;
}

export type Reader = ReturnType<typeof createReader>;

export function createReader(fields: Fields, mistakes: string[], prefix = '') {
  const note = (name: string, words: string): undefined => {
    mistakes.push(`${prefix}${name} ${words}`);
    return undefined;
  };
  const given = (name: string): unknown => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return value === null || value === '' ? undefined : value;
  };
  const read = {
    has: (name: string): boolean => Object.hasOwn(fields, name),
    given,

    text(name: string, lengthMax: number): string | undefined {
      const value = given(name);
      if (value === undefined) return undefined;
      if (typeof value !== 'string') return note(name, 'must be a text');
      if (value.length > lengthMax) return note(name, `must have at most ${lengthMax} characters`);
      return value;
    },

    whole(name: string, least: number, most: number): number | undefined {
      const value = given(name);
      if (value === undefined) return undefined;
      const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isSafeInteger(number) && number >= least && number <= most) {
        return number;
      }
      return note(name, `must be a whole number from ${least} to ${most}`);
    },

    oneOf<T extends string>(name: string, known: readonly T[]): T | undefined {
      const value = given(name);
      if (value === undefined) return undefined;
      return known.find((one) => one === value) ?? note(name, `must be one of: ${known.join(', ')}`);
    },

    object(name: string): Fields | undefined {
      const value = given(name);
      if (value === undefined) return undefined;
      return fieldsOf(value) ?? note(name, 'must be an object');
    },

    /** Notes a member that must be there and is not. */
    require(name: string): void {
      if (given(name) === undefined) note(name, 'is missing');
    },
    refuse: (name: string, words: string): void => void note(name, words),
  };
  return read;
}

/** Throws one 422 that names every mistake. */
export function refuseIf(mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw unprocessable(...mistakes);
}
