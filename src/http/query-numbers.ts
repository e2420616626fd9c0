// Query strings are text, also where a schema says number. Turns the text of such parameters into numbers
// before validation; every other text stays as it is, so that bodies need no coercion at all.
import type { FastifyInstance } from 'fastify';

const numberForm = /^-?\d{1,15}$/;

export function coerceQueryNumbers(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const names = numericNames(route.schema?.querystring);
    if (names.length === 0) return;
    const others = route.preValidation ?? [];
    route.preValidation = [
      ({ query }, _, done) => {
        if (isRecord(query)) for (const name of names) query[name] = numberOf(query[name]);
        done();
      },
      ...(Array.isArray(others) ? others : [others]),
    ];
  });
}

function numericNames(schema: unknown): string[] {
  const properties = isRecord(schema) ? schema.properties : undefined;
  if (!isRecord(properties)) return [];
  return Object.entries(properties)
    .filter(([, property]) => isRecord(property) && property.type === 'integer')
    .map(([name]) => name);
}

const numberOf = (value: unknown): unknown =>
  typeof value === 'string' && numberForm.test(value) ? Number(value) : value;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
