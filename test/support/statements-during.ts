// What leaves this process for PostgreSQL while something runs: texts of statements, in order.
import assert from 'node:assert/strict';
import pg from 'pg';
import { memberOf } from './installation.ts';

export async function statementsDuring(work: () => Promise<void>): Promise<string[]> {
  const texts: string[] = [];
  const { query } = pg.Client.prototype;
  const method: unknown = query;
  assert.ok(typeof method === 'function');
  Reflect.set(pg.Client.prototype, 'query', function (this: unknown, ...parameters: unknown[]): unknown {
    const [first] = parameters;
    texts.push(String(typeof first === 'string' ? first : memberOf(first, 'text')));
    return Reflect.apply(method, this, parameters);
  });
  try {
    await work();
  } finally {
    Reflect.set(pg.Client.prototype, 'query', query);
  }
  return texts;
}

export async function writesDuring(work: () => Promise<void>): Promise<string[]> {
  const texts = await statementsDuring(work);
  return texts.filter((text) => /\b(insert|update|delete)\b/i.test(text) && !/for update$/i.test(text));
}
