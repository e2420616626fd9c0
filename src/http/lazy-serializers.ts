// When the code that writes an answer is made from its schema: with the first such answer, not with the start, which
// has hundreds of schemas and needs none of them.
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

const buildCompiler = SerializerSelector();

/** As Fastify takes it for `schemaController.compilersFactory.buildSerializer`: once a scope, then once a schema. */
export const lazySerializers: typeof buildCompiler = (schemas, options) => {
  let compile: ReturnType<typeof buildCompiler> | null = null;
  return (route) => {
    let serialize: ReturnType<NonNullable<typeof compile>> | null = null;
    return (answer) => {
      compile ??= buildCompiler(schemas, options);
      serialize ??= compile(route);
      return serialize(answer);
    };
  };
};
