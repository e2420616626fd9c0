// What a number was while somebody looks: one sample for each answer, in this page's memory only.
import { useEffect, useState } from 'react';

/** At five seconds each: the last ten minutes. */
const samplesMax = 120;

/** `at`: when the value was answered, in milliseconds; a value is taken once for each. */
export function useSamples<Value>(value: Value, at: number): readonly { at: number; value: Value }[] {
  const [samples, setSamples] = useState<readonly { at: number; value: Value }[]>([]);
  useEffect(() => {
    if (at === 0) return;
    setSamples((before) =>
      before.at(-1)?.at === at ? before : [...before, { at, value }].slice(-samplesMax),
    );
  }, [value, at]);
  return samples;
}
