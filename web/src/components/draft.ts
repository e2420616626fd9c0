// What is entered in a form over something that others change as well. Only fields that somebody touched here are kept;
// all others follow what is there, so that saving never takes back what somebody else has saved meanwhile.

/** Per touched field: what was entered, and what was there when it was first touched. */
export type Touched<T> = { readonly [K in keyof T]?: { entered: T[K]; before: T[K] } };

/** The fields as the form shows them. */
export function draftOf<T extends object>(there: T, touched: Touched<T>): T {
  const draft = { ...there };
  for (const name of namesOf(there)) {
    const field = touched[name];
    if (field !== undefined) draft[name] = field.entered;
  }
  return draft;
}

/** A field that is put back to what is there counts as untouched. */
export function touch<T extends object>(there: T, touched: Touched<T>, changes: Partial<T>): Touched<T> {
  const shown = draftOf(there, touched);
  const next: { [K in keyof T]?: { entered: T[K]; before: T[K] } } = { ...touched };
  for (const name of namesOf(there)) {
    if (!Object.hasOwn(changes, name)) continue;
    const entered = { ...shown, ...changes }[name];
    if (Object.is(entered, there[name])) delete next[name];
    else if (!Object.is(entered, shown[name])) {
      next[name] = { entered, before: touched[name]?.before ?? there[name] };
    }
  }
  return next;
}

/** After `saved` was saved: what was entered since then stays. */
export function withoutSaved<T extends object>(touched: Touched<T>, saved: Touched<T>): Touched<T> {
  const next: { [K in keyof T]?: { entered: T[K]; before: T[K] } } = { ...touched };
  for (const name of namesOf(saved)) {
    if (Object.is(touched[name]?.entered, saved[name]?.entered)) delete next[name];
  }
  return next;
}

/** Fields that were touched here, and changed by somebody else since. Saving would replace what they entered. */
export const overtaken = <T extends object>(there: T, touched: Touched<T>): (keyof T)[] =>
  namesOf(there).filter((name) => {
    const field = touched[name];
    return (
      field !== undefined && !Object.is(field.before, there[name]) && !Object.is(field.entered, there[name])
    );
  });

/** Forms have plain objects with fixed members; `Object.keys` forgets which. */
const namesOf = <T extends object>(object: T): (keyof T)[] =>
  Object.keys(object).filter((name): name is Extract<keyof T, string> => name in object);
