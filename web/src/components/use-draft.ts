// A form's fields over something that others change as well: see draft.ts.
import { useState } from 'react';
import { draftOf, overtaken, type Touched, touch, withoutSaved } from './draft.ts';

export type Draft<T> = {
  /** What the form shows. */
  fields: T;
  enter: (changes: Partial<T>) => void;
  /** Back to what is there. */
  reset: () => void;
  /** To be called when it is sent; gives what to call when it was saved. */
  sending: () => () => void;
  /** Fields that somebody else has changed since they were touched here. */
  overtaken: (keyof T)[];
};

export function useDraft<T extends object>(there: T): Draft<T> {
  const [touched, setTouched] = useState<Touched<T>>({});
  return {
    fields: draftOf(there, touched),
    enter: (changes) => setTouched((before) => touch(there, before, changes)),
    reset: () => setTouched({}),
    sending: () => () => setTouched((now) => withoutSaved(now, touched)),
    overtaken: overtaken(there, touched),
  };
}
