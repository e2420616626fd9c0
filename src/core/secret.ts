// A value that must never be printed. It shows `[redacted]` in logs, JSON, templates and the inspector;
// `reveal()` is the one way out, so that every use can be found by searching for it.

const redacted = '[redacted]';

export class Secret<T> {
  readonly #reveal: () => T;

  constructor(reveal: () => T) {
    this.#reveal = reveal;
  }

  /** What a secret of `unopened` throws when it cannot be opened, comes from here. */
  reveal(): T {
    return this.#reveal();
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

export const secret = <T>(value: T): Secret<T> => new Secret(() => value);

/** Opened when it is first asked for, once: most rows are read without anybody looking at the secrets in them. */
export const unopened = <T>(open: () => T): Secret<T> => {
  let opened: { value: T } | null = null;
  return new Secret(() => {
    opened ??= { value: open() };
    return opened.value;
  });
};
