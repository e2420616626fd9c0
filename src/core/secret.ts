// A value that must never be printed. It shows `[redacted]` in logs, JSON, templates and the inspector;
// `reveal()` is the one way out, so that every use can be found by searching for it.

const redacted = '[redacted]';

export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  /** What `console.log` and `util.inspect` print; the symbol is Node's documented hook. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return redacted;
  }
}

export const secret = <T>(value: T): Secret<T> => new Secret(value);
